"""The phrases by which the lines of a web page's frame are known, and the entries of its menus."""

from __future__ import annotations

__all__ = ["MENU", "RULES"]

_SITES = "facebook|twitter|instagram|linkedin|whatsapp|pinterest|youtube|tiktok|reddit|weibo|wechat"
_PROVIDER = r"\b(?:ltd|inc|llc|gmbh|corp|company|media|group|by)\b"

# Words that call a rule, and what the line (in lower case) must then contain. A rule is only tried
# on lines with one of its words, so that a line of plain text costs nothing.
RULES: tuple[tuple[str, str], ...] = (
    (
        "copyright copyrighted © c",
        r"^\W*(?:copyright|©|\(c\)|content copyrighted)\W*(?:©|\(c\))?.{0,60}"
        rf"(?:\b(?:19|20)\d\d\b|{_PROVIDER}|rights reserved)"
        r"|(?:©|\bcopyright) ?(?:\(c\) ?)?(?:19|20)\d\d\b",
    ),
    (
        "reserved réservés reservados vorbehalten",
        r"\b(?:all|some) rights (?:are )?reserved\b(?! (?:for|to)\b)"
        r"|tous droits réservés|(?:todos )?los derechos reservados|alle rechte vorbehalten",
    ),
    (
        "reproduction reproduced redistributed republished prohibited",
        r"\b(?:may|must|can) ?not be (?:\w+,? (?:or )?){0,3}(?:reproduced|redistributed"
        r"|republished)"
        r"|^no part of this .{3,60} reproduced"
        r"|\b(?:reproduction|redistribution|copying) .{0,60}\b(?:prohibited|forbidden|permission)",
    ),
    (
        "trademark trademarks",
        r"\b(?:registered trademarks?|(?:is|are) (?:the |a )?trademarks? of)\b"
        r"|trademarks? .{0,30}\bproperty of\b",
    ),
    (
        "cookie cookies",
        r"\b(?:we|sites?|websites?|pages?|services?"
        r"|partners)\b.{0,70}\buses?(?: [\w-]+){0,2} cookies\b"
        r"|\bcookies? (?:policy|settings?|preferences|notice|consent|statement|richtlinie|"
        r"einstellungen)|\b(?:accept|reject|allow|manage|decline|enable|disable|use of|uses)\b"
        r"(?: \w+){0,3} cookies\b|cookies\b.{0,40}\b(?:improve|personali[sz]e|experience)"
        r"|verwende[nt].{0,40} cookies|utilis(?:e|ons|ent) des cookies|utiliza(?:mos|n)? cookies"
        r"|política de cookies|cookies? *(?:を使用|を利用|政策|设置|設定|声明|の使用)|(?:使用"
        r"|用|启用).{0,6}cookie",
    ),
    (
        "subscribe subscribing newsletter newsletters unsubscribe mailing inbox abonnieren "
        "abonnez-vous abonnez suscríbete suscríbase",
        r"\b(?:subscribe|subscribing|sign[ -]?up|register|join|receive|get)\b.{0,60}"
        r"\b(?:newsletters?|mailing list|e-?mails?|updates|feed|channel|inbox)\b"
        r"|\bunsubscribe\b.{0,30}(?:here|any ?time|from|list|$)|^\W*subscribe (?:now|today"
        r"|here|to)\b"
        r"|^\W*(?:our |free |weekly |daily )*newsletters?\W*(?:sign[ -]?up|subscription)"
        r"|newsletter (?:abonnieren|anmelden|bestellen)|abonnez-vous|suscríb(?:ete|ase)",
    ),
    (
        "click tap",
        r"^\W*(?:please )?(?:click|tap) (?:here|below|the (?:link|button)|on the|to)\b.{0,100}$"
        r"|\bclick here (?:to|for|if|now)\b.{0,50}$",
    ),
    (
        "log login logged password account sign signin",
        r"^\W*(?:please )?(?:log|sign)[ -]?in\b(?: or| to| with| here|/).{0,60}$"
        r"|\b(?:must|need to|have to) (?:be (?:logged|signed)|log|sign) ?[io]n\b"
        r"|\b(?:forgot|lost|reset) (?:your |my )?password\b"
        r"|^\W*create an? (?:\w+ )?account\b|^\W*my account\W*$"
        r"|\b(?:already|not yet) (?:a member|have an account|registered)\?"
        r"|\b(?:log|sign)[ -]?in (?:or|/) (?:register|sign[ -]?up|create|join)",
    ),
    (
        "facebook twitter instagram linkedin whatsapp pinterest youtube tiktok reddit "
        "LinkedIn WhatsApp YouTube TikTok",
        rf"^\W*(?:follow|like|find|join|visit|share|tweet|pin|connect|email"
        rf"|see)\b.{{0,30}}\b(?:{_SITES})\b"
        rf"|^\W*(?:\b(?:{_SITES}|e-?mail|print|share|tweet|rss|copy link|x)\b\W*){{2,}}$",
    ),
    (
        "share sharing",
        r"^\W*share (?:this|on|via|with|the)\b.{0,20}(?:article|story|post|page|:|friends|link|$)",
    ),
    (
        "privacy datenschutz datenschutzerklärung confidentialité privacidad legal impressum",
        r"\bprivacy (?:policy|notice|statement|settings|center|choices)\b.{0,40}$"
        r"|^\W*(?:datenschutz(?:erklärung)?|impressum|mentions légales|aviso legal)\b.{0,60}$"
        r"|politique de confidentialité|política de privacidad",
    ),
    (
        "terms agree consent accept continuing",
        r"\bterms (?:of|and|&) (?:use|service|conditions|sale)\b.{0,40}$"
        r"|\bby (?:continuing|using|clicking|browsing|visiting|accessing|signing)\b.{0,60}"
        r"\byou (?:agree|accept|consent)|^\W*(?:i )?accept all\b.{0,20}$",
    ),
    (
        "email e notifications",
        r"\benter your e-?mail\b|\be-?mail address will not be published"
        r"|\breceive notifications? of",
    ),
    ("filed posted tagged", r"^\W*(?:filed under|posted (?:in|by|on)|tagged(?: with)?)\b.{0,60}$"),
    ("page required", r"^\W*page \d+ (?:of|/) \d+\W*$|\brequired fields are marked"),
    (
        "information details",
        r"^\W*(?:please )?(?:contact|call|e-?mail|visit)\b.{0,40} for (?:more|further) (?:info|det)"
        r"|^\W*for (?:more|further) (?:information|details),? (?:please )?"
        r"(?:contact|visit|call|see|e-?mail|go to|click)\b.{0,80}$",
    ),
    (
        "app shipping",
        r"\b(?:download|get|install) (?:our|the) (?:\w+ )?app\b|app store.{0,20}google play"
        r"|^\W*free shipping\b.{0,40}$",
    ),
    ("powered hosted", r"^\W*(?:proudly )?(?:powered|hosted) by \w.{0,40}$"),
    (
        "javascript JavaScript browser",
        r"\b(?:enable|requires?|turn on|activate|disabled)\b.{0,25}\bjavascript\b"
        r"|javascript (?:is |must |to be )|your browser (?:does not|doesn't|is (?:out|not"
        r"|no longer))",
    ),
    (
        "advertisement sponsored advertise",
        r"^\W*(?:advertisement|sponsored(?: (?:content|by|links?).{0,40})?|advertise with us)\W*$",
    ),
    (
        "reading full comments comment reply originally",
        r"^\W*(?:continue reading|keep reading|read (?:more|the (?:full|whole|rest"
        r"|original)))\b.{0,60}$"
        r"|\b(?:leave|post|add|write) an? (?:reply|comment)\b.{0,30}$"
        r"|^\W*(?:view|show|see|read|load) (?:all|more|\d+)\b.{0,20}\bcomments\W*$"
        r"|^this (?:article|story|post) (?:was )?(?:originally |first )+(?:appeared|published)",
    ),
    (
        "skip related recommended trending loading",
        r"^\W*(?:skip to (?:main )?(?:content|navigation)|(?:related|recommended|trending"
        r"|most read)"
        r" (?:articles?|posts?|stories|news|topics|for you|reading|links))\b.{0,20}$",
    ),
    (
        "also",
        r"^\W*you (?:may|might) also (?:like|enjoy|be interested in)\W*$"
        r"|^\W*you (?:may|might) also (?:like|enjoy|be interested in) ?:",
    ),
    (
        "home homepage startseite accueil inicio",
        r"^\W*(?:home|homepage|startseite|accueil|inicio) ?[>»›] ?\w",
    ),
    (
        "helpful useful",
        r"^\W*(?:\d[\d,.]*|one)(?: (?:out )?of \d[\d,.]*)? (?:people|person|users?|customers?"
        r"|readers?|members?|travell?ers?) found (?:this|the following)(?: \w+)? (?:help|use)ful"
        r"\W*(?:$|(?:was|did|do|report|share|comments?|like)\b)"
        r"|^\W*was (?:this|it)(?: \w+)? (?:help|use)ful(?: to you)?\W*(?:yes\W*no\W*)?$",
    ),
    ("weiterlesen suite leer", r"^\W*(?:weiterlesen|lire la suite|leer más)\b.{0,40}$"),
    (
        "版 權 権 权 著",
        r"[版]\s*[权權]\s*(?:所有|归|歸|声明|聲明)|[权權]利?\s*(?:所有|保留)"
        r"|保留.{0,4}[权權]利|著作権",
    ),
    (
        "载 載 摘 断",
        r"(?:不得|禁止|[请請]勿|[谢謝][绝絕]|未[经經].{0,16}).{0,8}(?:[转轉][载載]|摘[编編])|"
        r"[转轉][载載].{0,6}(?:注明|註明|出[处處])|無断転載|^\W*(?:本文)?[转轉][载載]自",
    ),
    (
        "未 经 經",
        r"未[经經].{0,12}(?:授[权權]|[许許]可|允[许許]|同意).{0,16}(?:使用|[复複]制"
        r"|[转轉][载載]|[传傳]播)",
    ),
    (
        "阅 閱 阅读",
        r"(?:[订訂][阅閱]|退[订訂]).{0,12}(?:[电電]子|[邮郵]|[新]?[闻聞]|[资資]|通[讯訊]|周刊"
        r"|[简簡]|[频頻]道|"
        r"公[众眾]|rss|我[们們]|更新)|^\W*[点點]?[击擊]?(?:[阅閱][读讀]|查看)(?:全文|原文|更多)",
    ),
    (
        "击 擊",
        r"^\W*(?:[请請])?[点點][击擊](?:此[处處]|[这這][里裡]|下方|上方|查看|[进進]入"
        r"|下[载載]|[阅閱]|[关關]注|[订訂]|了解|[链鏈]|[免]).{0,40}$"
        r"|[点點][击擊](?:此[处處]|[这這][里裡]|下方|上方)(?:查看|[进進]入|下[载載]"
        r"|[阅閱][读讀]|[关關]注|[订訂][阅閱]|了解|[注註]册)",
    ),
    (
        "扫 掃 码 碼 众 眾",
        r"(?:[扫掃](?:[码碼]|描|一[扫掃])|[识識][别別]).{0,10}(?:二[维維][码碼]|[关關]注"
        r"|下[载載]|加入)"
        r"|(?:[关關]注|微信|搜索|搜).{0,8}公[众眾][号號]",
    ),
    ("注", r"^\W*(?:[欢歡]迎)?[请請]?[关關]注(?:我[们們]|微信|官方|本站|公[众眾]).{0,30}$"),
    ("私 隐 隱", r"(?:[隐隱]私)(?:政策|[声聲]明|[条條]款|保[护護]|[权權]政策)"),
    (
        "款 协 協 责 責",
        r"(?:使用|服[务務]|[隐隱]私)[条條]款|用[户戶][协協][议議]|免[责責][声聲]明"
        r"|法律[声聲]明|[责責]任[编編][辑輯]\W",
    ),
    ("即", r"即(?:表示|代表|[视視][为為]).{0,6}(?:同意|接受)"),
    ("备 備 icp", r"icp\s*[备備证證]|公[网網]安[备備]|[备備]案[号號]"),
    (
        "录 錄 陆 登",
        r"^\W*(?:[请請]先?)?登[录錄陆](?:后|後|[/|或 ]\s*[注註]册|[并並]|[账帳]|可).{0,20}$"
        r"|忘[记記]密[码碼]",
    ),
    (
        "篇 顶 頂 链 鏈 享",
        r"^\W*[上下]一篇\W|返回[顶頂]部|友情[链鏈]接|^\W*分享(?:到|至|给|給).{0,20}$",
    ),
    (
        "規 ポ 読 ガ",
        r"利用規約|プライバシー ?ポリシー|続きを読む|メールマガジン.{0,6}登録|メルマガ.{0,6}登録",
    ),
    ("热 熱", r"(?:客服|服[务務]|咨[询詢]|[联聯][系繫絡])(?:[热熱][线線]|[电電][话話])\s*[:：]"),
    ("博", r"(?:[关關]注|搜索).{0,8}微博"),
    ("侵", r"侵[权權犯].{0,16}(?:[联聯]系|[删刪]除|告知)"),
    ("载 載", r"^\W*(?:立即|[点點][击擊]|免[费費])?下[载載].{0,6}(?:app|客[户戶]端|[应應]用)"),
    ("页 頁", r"^\W*(?:首|主|网站首|返回首)[页頁] ?[>»›] ?\w"),
    ("告", r"^\W*[广廣]告\W*$"),
    (
        "猜 荐 薦 趣",
        r"^\W*(?:猜[你您]喜[欢歡]|[你您]可能(?:也|[还還])?[会會]?(?:喜[欢歡]|感[兴興]趣)"
        r"|(?:[为為][你您]|相[关關]|[热熱][门門])推[荐薦])\W*(?:$|(?<=[:：]).)",
    ),
    (
        "觉 覺 认 認 助",
        r"^\W*\d[\d,]* ?(?:人|位\w{2,3})(?:[觉覺]得|[认認][为為])(?:[这這].{1,4})?有(?:用|[帮幫]助)"
        r"|^\W*[这這][条條]\w{2}[对對][你您]有(?:用|[帮幫]助)[吗嗎]\W*$",
    ),
    (
        "论 論 言",
        r"^\W*共 ?\d[\d,]* ?[条條](?:[评評][论論]|留言)"
        r"|[请請]先?登[录錄陆](?:[后後]|再)?(?:[发發]表)?(?:[评評][论論]|留言)\W*$",
    ),
)

MENU = (
    "you may also like|you might also like|recommended for you|add to cart|"
    "home|homepage|main page|about|about us|contact|contact us|contacts|login|log in|log out"
    "|logout|"
    "sign in|sign up|sign out|register|join|join us|join now|account|profile|settings|"
    "privacy|privacy policy|terms|terms of use|terms of service|terms and conditions|"
    "terms & conditions|cookies|cookie policy|legal|legal notice|disclaimer|imprint|faq|faqs|help|"
    "help center|support|sitemap|site map|careers|jobs|press|news|latest news|blog|blogs|forum|"
    "forums|community|events|newsletter|newsletters|subscribe|search|menu|navigation|cart|"
    "shopping cart|basket|checkout|wishlist|shop|store|products|services|solutions|pricing|"
    "downloads|download|gallery|photos|videos|video|categories|category|tags|archive|archives|"
    "advertise|advertise with us|advertising|partners|affiliates|rss|rss feed|feedback|"
    "accessibility|follow us|share|share this|share this page|tweet|pin it|print|email|e-mail|"
    "email this|comment|comments|reply|report|read more|more|learn more|view all"
    "|show more|"
    "load more|continue|continue reading|click here|next|next page|next post|previous|prev|"
    "previous page|previous post|back|back to top|top|close|skip to content|related articles|"
    "related posts|advertisement|sponsored|english|deutsch|français|español|"
    + _SITES
    + "|startseite|über uns|kontakt|impressum|datenschutz|agb|anmelden|registrieren|suche|hilfe|"
    "weiterlesen|warenkorb|accueil|à propos|nous contacter|connexion|s'inscrire|mentions légales|"
    "recherche|panier|lire la suite|inicio|quiénes somos|contacto|iniciar sesión|registrarse|"
    "aviso legal|política de privacidad|buscar|ayuda|leer más|carrito|"
    "首页|主页|网站首页|返回首页|关于我们|关于|联系我们|联系方式|登录|登陆|注册|登录注册|退出"
    "|新闻|新闻中心|产品|产品中心|"
    "服务|服务条款|使用条款|隐私|隐私政策|隐私声明|免责声明|法律声明|网站地图|友情链接|帮助"
    "|帮助中心|常见问题|"
    "搜索|搜一搜|更多|查看更多|阅读全文|阅读更多|展开全文|上一页|下一页|上一篇|下一篇|返回"
    "|返回顶部|收藏|"
    "加入收藏|设为首页|分享|分享到|点赞|评论|举报|打印|关注我们|下载|客户端下载|购物车|我的账户|"
    "我的订单|会员中心|人才招聘|招贤纳士|加入我们|广告服务|商务合作|订阅|热门推荐|相关阅读"
    "|相关推荐|"
    "首頁|關於我們|聯絡我們|聯繫我們|登錄|登入|註冊|隱私政策|服務條款|使用條款|網站地圖|更多|"
    "ホーム|トップページ|会社概要|お問い合わせ|ログイン|新規登録|会員登録|利用規約"
    "|プライバシーポリシー|サイトマップ|検索|続きを読む"
)
