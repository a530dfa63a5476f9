"""Texts taken apart into units that compare across spellings: word stems, and single characters of Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+|[,;:|/()\[\]{}+–—•·，、；：（）【】!?.]|(?<=\s)-(?=\s)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_PLAIN = str.maketrans({"ı": "i", "ğ": "k", "ß": "ss", "ø": "o", "æ": "ae", "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا",
                        "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None})  # fmt: skip
# Traditional characters that name goods, as the lexicon writes them.
_SIMPLE = str.maketrans(
    "電動機車門頭顯鏡鐘錶褲襪圍紗絲綿線織針環鍊鏈鑽銀鋼鐵鋁銅錫鍋鏟壺盤廚櫃書筆紙畫圖燈燭風熱爐燒飯麵餅乾葉醬鹽麥蝦魚雞鴨豬優藥維膠護膚潔淨髮妝連裝襯內嬰兒寶婦積類運單雙騎釣帳揹後隨攜帶錢夾殼傳輸頻鍵螢記憶體網無藍攝腳雲視遊戲搖桿貓飼寵項牽繩貼標籤鎖釘鉗錘鋸測儀溫計氣壓縮幫閥龍蓮馬臺檯燙濾濕塵掃齒鬚傘飾墜瑪聖誕禮賀樂專輯種園劑殺蟲簾墊發磚塗輪",
    "电动机车门头显镜钟表裤袜围纱丝绵线织针环链链钻银钢铁铝铜锡锅铲壶盘厨柜书笔纸画图灯烛风热炉烧饭面饼干叶酱盐麦虾鱼鸡鸭猪优药维胶护肤洁净发妆连装衬内婴儿宝妇积类运单双骑钓帐背后随携带钱夹壳传输频键萤记忆体网无蓝摄脚云视游戏摇杆猫饲宠项牵绳贴标签锁钉钳锤锯测仪温计气压缩帮阀龙莲马台台烫滤湿尘扫齿须伞饰坠玛圣诞礼贺乐专辑种园剂杀虫帘垫发砖涂轮",
)
# Words whose bare stem is another word's: spectacles and drinking glasses, exercise and dates.
_AS_THEY_ARE = frozenset("glasses تمرين تمارين dates".split())
_CYRILLIC_ENDS = tuple(
    sorted(
        (
            "ами ями ого его ому ему ыми ими ая яя ое ее ый ий ой ые ие ую юю ов ев ей ам ям ах ях ом ем а я о е ы и у"
            " ю ь й"
        ).split(),
        key=len,
        reverse=True,
    )
)
_ARABIC_HEADS = ("وال", "بال", "كال", "لل", "ال")
_ARABIC_ENDS = ("يات", "ات", "يه", "ين", "ون", "ه", "ي")
_TURKISH_PLURALS = ("lari", "leri", "lar", "ler")
# What stands in every title and tells nothing of the goods.
STOPS = frozenset(
    "the and with for from of in to a an new original set и с на из в по от до набор новый de la el los las con y en un"
    " una di da il lo gli le con per e ve ile bir yeni için في من مع على و 的 和 新 款".split()
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a text: its stem, how it was written, and whether it only separates."""

    stem: str
    written: str
    divides: bool = False


def units(text: str) -> list[Unit]:
    """Return the units of a text in order, punctuation as units that divide."""
    found = []
    for match in _UNIT.finditer(unicodedata.normalize("NFKC", text).translate(_SIMPLE)):
        written = match.group()
        if written[0].isalnum() or _HAN.match(written):
            found.append(Unit(stem(written), written))
        elif written != ".":
            found.append(Unit("", written, divides=True))
    return found


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """Return what a word has in common with its other forms, letters reduced to their plain ones."""
    if _HAN.match(word):
        return word
    folded = word.casefold().replace("i̇", "i").translate(_PLAIN)
    if folded in _AS_THEY_ARE:
        return folded
    if _ARABIC.search(folded):
        return _arabic("".join(mark for mark in folded if not unicodedata.combining(mark)))
    if _CYRILLIC.search(folded):
        return _cyrillic(folded)
    plain = "".join(mark for mark in unicodedata.normalize("NFD", folded) if not unicodedata.combining(mark))
    return plain if any(letter.isdigit() for letter in plain) else _latin(plain)


def _cyrillic(word: str) -> str:
    if word.endswith(("ок", "ек")) and len(word) > 4:
        return word[:-2] + "к"  # The vowel flees: платок, платка.
    for end in _CYRILLIC_ENDS:
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def _arabic(word: str) -> str:
    for head in _ARABIC_HEADS:
        if word.startswith(head) and len(word) - len(head) >= 3:
            word = word[len(head) :]
            break
    if word in _AS_THEY_ARE:
        return word
    for end in _ARABIC_ENDS:
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def _latin(word: str) -> str:
    for end in _TURKISH_PLURALS:
        if word.endswith(end) and len(word) - len(end) >= 4:
            word = word[: -len(end)]
            break
    while True:
        if (word[-1] == "s" and len(word) > 3) or (word[-1] in "aeiouy" and len(word) > 4):
            word = word[:-1]
        else:
            return word


def language_of(text: str) -> str | None:
    """Return the language that a text's letters give away, or None for Latin ones."""
    for pattern, language in ((_HAN, "zh"), (_ARABIC, "ar"), (_CYRILLIC, "ru")):
        if pattern.search(text):
            return language
    return None


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """Return what a shop's own confirmed codes are learned by: word stems, and pairs of Chinese characters."""
    return frozenset(stem for text in texts for stem in _learned(units(text)))


def _learned(found: list[Unit]) -> Iterator[str]:
    for place, unit in enumerate(found):
        if unit.divides or unit.written.casefold() in STOPS:
            continue
        if _HAN.match(unit.written):
            if place + 1 < len(found) and _HAN.match(found[place + 1].written):
                yield unit.stem + found[place + 1].stem
        elif len(unit.stem) > 2 and not unit.stem.isdigit():
            yield unit.stem
