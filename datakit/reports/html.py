def write_html(profile, card, file):
    file.write_text("x")
