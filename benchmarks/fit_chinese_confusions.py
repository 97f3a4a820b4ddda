"""Derive the tables of Chinese characters that sound or look alike, which ship with datakit.

  python benchmarks/fit_chinese_confusions.py --words jieba/dict.txt
      --fonts NotoSansCJK-Regular.ttc NotoSerifCJK-Regular.ttc

Run by hand, with pypinyin installed; writes datakit/transforms/chinese_homophones.tsv and
chinese_similar_characters.tsv. The shipped files were derived with pypinyin 0.55.0 (MIT), the word
list of jieba 0.42.1 (MIT) and the fonts of Debian's fonts-noto-cjk 20220127 (SIL OFL 1.1; no
outline is kept).

Only the 3,755 common characters of GB 2312 level 1 take part.

- Alike in sound: the same syllable and tone. A character belongs to a reading that it has in at
  least 95 % of its occurrences in the word list, weighted by the words' frequencies; the others
  (了 as le or liao) belong to none.
- Alike in shape: both fonts' glyphs, blurred, less the mean glyph, correlate by 0.7 on average at
  the best of nine shifts by a pixel; and the well-known pairs below, whatever their glyphs say. Of
  every character at most its six nearest are kept.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

TABLES = Path(__file__).parents[1] / "datakit" / "transforms"
SURE = 0.95
ALIKE = 0.7
NEAREST = 6
SIDE = 40
WELL_KNOWN = """
己已 已巳 己巳 日曰 目且 由甲 田甲 田由 甲申 白自 百白 自目 戊戌 戌戍 戊戍
喝渴 真直 具其 即既 侯候 情晴 睛晴 请清 拨拔 析折 折拆 载裁 载栽 裁栽 娘狼
很狠 恨狠 狼狠 各名 玉主 玉王 受爱 住往 佳住 毫豪 撤澈 撤撒 辙撤 衷衰 卷券
市巾 师帅 灸炙 习刁 甲由 石右 古右 勺句 史吏 天夫 天无 狐孤 本术 线钱 元无
推堆 辨辩 辩辫 辨辫 微徽 贝见 勾匀 崇祟 崎畸 陪部 低底 徒陡 历厉 年午 书韦
未末 人入 土士 大太 大犬 太犬 干千 干于 午牛 刀力 九丸 兔免 鸟乌 木本 没设
幕暮 墓暮 墓幕 慕幕 令今 外处 问间 凤风 仓仑 冶治 准淮 蓝篮 竞竟 爪瓜 亨享
栗粟 遣遗 赢嬴 壁璧 博搏 杨扬 议仪 抢枪 论沦 伦论 待侍 活话 坏环 怀坏 代伐
体休 盲肓 泪汨 理埋 失矢 井开 升开 包句 勿匆 予矛 子孑 臣巨 卫卩 叨叼 拙绌
赡瞻 梁粱 晰淅 戴带 慢漫 漫谩 候猴 账帐 燥躁 澡操 躁噪 躬恭 屈曲 刺剌 弦炫
坟坎 饮炊 钓钩 冻栋 拣炼 练炼 炼拣 捡检 脸检 检验 险俭 券眷 杆秆 杠扛
"""


def common_characters():
    """The characters of GB 2312 level 1, in their order there."""
    codes = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return [code.decode("gb2312") for code in codes if code <= b"\xd7\xf9"]


def readings(words, characters):
    """Reading -> characters that have hardly another, commonest first."""
    from pypinyin import Style, pinyin

    counts, known = defaultdict(Counter), set(characters)
    for line in words.read_text("utf-8").splitlines():
        word, n, _ = line.split(" ")
        if known.issuperset(word):
            for character, found in zip(word, pinyin(word, style=Style.TONE3), strict=True):
                counts[character][found[0]] += int(n)
    groups = defaultdict(list)
    for character in sorted(counts, key=lambda c: (-counts[c].total(), c)):
        reading, n = counts[character].most_common(1)[0]
        if n >= SURE * counts[character].total():
            groups[reading].append(character)
    return {reading: group for reading, group in sorted(groups.items()) if len(group) > 1}


def glyphs(font_file, characters):
    """Blurred pictures, shape (n, SIDE, SIDE)."""
    faces = (ImageFont.truetype(font_file, 64, index=i) for i in range(12))
    face = next(face for face in faces if face.getname()[0].endswith("CJK SC"))
    pictures = []
    for character in characters:
        picture = Image.new("L", (80, 80))
        ImageDraw.Draw(picture).text((8, -8), character, fill=255, font=face)
        picture = picture.filter(ImageFilter.GaussianBlur(2.0)).resize((SIDE, SIDE), Image.BOX)
        pictures.append(np.asarray(picture, np.float32))
    return np.stack(pictures)


def likeness(pictures):
    """Correlation of every two at the best of nine shifts, shape (n, n)."""
    n, mean = len(pictures), pictures.mean(axis=0)

    def unit(shifted):
        flat = (shifted - mean).reshape(n, -1)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)

    best, still = np.full((n, n), -1, np.float32), unit(pictures)
    for shift in np.ndindex(3, 3):
        moved = np.roll(pictures, (shift[0] - 1, shift[1] - 1), (1, 2))
        np.maximum(best, still @ unit(moved).T, out=best)
    return np.maximum(best, best.T)


def look_alikes(fonts, characters):
    """Character -> at most NEAREST others that look like it, nearest first."""
    alike = np.mean([likeness(glyphs(font, characters)) for font in fonts], axis=0)
    np.fill_diagonal(alike, -1)
    place = {character: i for i, character in enumerate(characters)}
    for a, b in WELL_KNOWN.split():
        if a in place and b in place:
            i, j = place[a], place[b]
            alike[i, j] = alike[j, i] = max(alike[i, j], ALIKE)
    found = {}
    for i, character in enumerate(characters):
        nearest = np.argsort(-alike[i], kind="stable")[:NEAREST]
        found[character] = [characters[j] for j in nearest if alike[i, j] >= ALIKE]
    return {character: others for character, others in found.items() if others}


def write(name, table):
    lines = [f"{key}\t{''.join(characters)}\n" for key, characters in table.items()]
    (TABLES / name).write_text("".join(lines), "utf-8")
    print(name, len(lines), "lines,", len({c for group in table.values() for c in group}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--fonts", nargs="+", required=True)
    args = parser.parse_args()
    characters = common_characters()
    write("chinese_homophones.tsv", readings(args.words, characters))
    write("chinese_similar_characters.tsv", look_alikes(args.fonts, characters))


if __name__ == "__main__":
    main()
