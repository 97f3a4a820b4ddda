import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_boilerplate import (
    BOILERPLATE_COLUMNS,
    boilerplate,
    locate_boilerplate,
)

LINES = """\
© 2021 The Daily Example. All Rights Reserved.
Copyright (c) 2003-2010 Foo Bar, Inc.
Copyright © John Smith 2015
This site uses cookies to give you the best experience.
By using this website, you agree to our use of cookies.
We and our partners use cookies to personalise content and ads.
Accept all cookies
Manage cookie settings
Sign up for our weekly newsletter
Subscribe to our RSS feed
Join our mailing list for exclusive offers
Enter your email address to receive notifications of new posts by email.
Get the latest news delivered to your inbox
Unsubscribe at any time.
Log in to leave a comment
You must be logged in to post a comment.
Already a member? Sign in
Forgot your password?
Create a free account
Follow us on Twitter
Like us on Facebook and follow us on Instagram
Share this article on Facebook
Share on Facebook Share on Twitter
Privacy Policy | Terms of Service
Terms and Conditions
Home | About | Contact | Sitemap
Read more »
Continue reading →
Click here to read the full article
Click here for more information.
Powered by WordPress
Please enable JavaScript to view the comments powered by Disqus.
Your browser does not support the video tag.
Advertisement
Skip to main content
Leave a comment
Related articles
You may also like
Recommended for you
No part of this publication may be reproduced without permission.
This material may not be published, broadcast, rewritten or redistributed.
All trademarks are property of their respective owners.
Download our app from the App Store and Google Play
Back to top
View all comments
Posted in Uncategorized
Filed under: Politics, World
Leave a Reply Cancel reply
Your email address will not be published. Required fields are marked *
Contact us for more information
Add to cart
Free shipping on orders over $50
Page 1 of 12
You may also like: the 118 best picks of 2013
Home > Reviews > 2013 > Page 118
Home » Hotels » Paris
37 people found this helpful. Was it helpful to you?
3 of 4 people found this review helpful
Was this review helpful to you?  Yes | No
首页 > 点评 > 2013年 > 第118页
广告
【广告】
猜你喜欢：2013年最受欢迎的118家
您可能感兴趣
相关推荐：
12人觉得有用，您觉得这条点评有用吗？
共12条评论，请登录后发表评论。
版权所有 © 2018 某某公司
本站内容未经授权不得转载
转载请注明出处
京ICP备12345678号-1
扫描二维码关注我们
关注微信公众号,获取更多精彩内容
订阅我们的邮件列表
点击这里查看更多
登录后发表评论
首页 | 关于我们 | 联系我们
隐私政策 使用条款
责任编辑：王小明
上一篇：如何选择酒店
分享到微博
免责声明：本文仅代表作者个人观点
本网站使用Cookies来提升用户体验
继续使用本网站即表示您同意我们的隐私政策
客服热线:400-123-4567
下载APP,享受更多优惠
更多精彩内容,请关注官方微博
相关阅读
声明:本文来源于网络,如有侵权请联系删除
Alle Rechte vorbehalten.
Diese Website verwendet Cookies.
Impressum | Datenschutz | AGB
Tous droits réservés
Ce site utilise des cookies.
Abonnez-vous à notre newsletter
Todos los derechos reservados
Utilizamos cookies propias y de terceros.
Suscríbete a nuestro boletín
無断転載を禁じます。
当サイトではCookieを使用しています
プライバシーポリシー
""".splitlines()
SENTENCES = """\
To see the pictures you have to click here, and then there, and in the end nothing happens.
She had read more books than anyone I knew.
He went home, and I stayed.
The film follows a clerk who signs in every morning at nine.
We use the kitchen for baking cookies and bread.
Join me for a walk through the old town.
He shares this trait with his brother.
The copyright of the song was sold for ten dollars.
I accept that my privacy is gone when I go online.
Help, help, help!
Home.
You may also like the way it was shot.
I found this helpful.
37 people found this film funny.
One person found this useful trick.
Was this helpful to the cause, he asked, and nobody knew.
他猜你喜欢她。
广告做得很好。
我觉得有用。
3人觉得很舒服。
这条评论对我有用。
相关推荐不多。
News from the front was rare in those days, and rarely good.
More than once the terms of the contract were broken.
Like us, they had come a long way.
Follow the river and you will find us.
The cookie jar was empty.
Nobody reserved a table for us.
The hotel has all rights reserved for members, they told us at the desk.
酒店的服务员态度很好,房间也干净。
预订的时候说有早餐,登记的时候又说没有。
免费早餐,免费停车。
我们在首页看到的价格和前台的不一样。
酒店的条款写得不清楚,退款很慢。
这家店的版面设计不错。
Der Keks schmeckt gut, die Suppe auch.
""".splitlines()
BODY = "It was a long day and the weather did not help at all, so we stayed inside.\n"


def n_lines(text):
    return boilerplate(TextBlock([text]))["n_boilerplate_lines"][0]


@pytest.mark.parametrize("line", LINES)
def test_lines_of_a_page_are_found(line):
    text = BODY + line + "\r\n" + BODY
    assert [text[a:b] for a, b in locate_boilerplate(text)] == [line]
    assert n_lines(line) == 1


@pytest.mark.parametrize("line", SENTENCES)
def test_sentences_are_not(line):
    assert n_lines(BODY + line + "\n" + BODY) == 0


def test_case_and_width_do_not_matter():
    for line in ("ALL RIGHTS RESERVED", "all rights reserved.", "All Rights Reserved"):
        assert n_lines(line) == 1
    for line in ("点击此处订阅电子报,获取优惠", "点击此处订阅电子报，获取优惠"):
        assert n_lines(line) == 1


def test_one_entry_of_one_word_is_no_menu():
    assert n_lines("Home\n" + BODY) == 0
    assert n_lines("Home\nLogin\n" + BODY) == 2
    assert n_lines("Home | Login\n" + BODY) == 1
    assert n_lines("* Home\n" + BODY + "© 2020 Example Ltd.") == 2


def test_the_rate_is_the_share_of_characters():
    text = BODY + "© 2020 Example Ltd."
    rate = boilerplate(TextBlock([text]))["boilerplate_rate"][0]
    assert rate == pytest.approx(19 / len(text))


TEXTS = st.lists(st.sampled_from([*LINES, *SENTENCES, "Home", "Login", ""]), max_size=5).map(
    "\n".join
)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | st.text(), min_size=1, max_size=6))
def test_a_document_does_not_depend_on_the_others(texts):
    together = boilerplate(TextBlock(texts))
    assert set(together) == {column.name for column in BOILERPLATE_COLUMNS}
    for i, text in enumerate(texts):
        alone = boilerplate(TextBlock([text]))
        assert all(together[name][i] == alone[name][0] for name in alone)
        spans = locate_boilerplate(text)
        assert len(spans) == together["n_boilerplate_lines"][i]
        assert together["boilerplate_rate"][i] == sum(b - a for a, b in spans) / max(len(text), 1)


@pytest.mark.parametrize(
    "text",
    [
        "Home\n" * 100_000,
        "cookies " * 100_000,
        "©\n" * 100_000,
        ("click " * 40 + "\n") * 2000,
        ("facebook" + " " * 9) * 13 + "z\n",
        "\0\ud800" * 100_000,
    ],
)
def test_long_documents_take_linear_time(text):
    begin = time.process_time()
    found = boilerplate(TextBlock([text]))
    assert time.process_time() - begin < 8
    assert np.isfinite(found["boilerplate_rate"]).all()
