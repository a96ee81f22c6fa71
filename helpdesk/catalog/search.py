"""Finding the item that a citizen means: words and beginnings of words over names, keywords and services."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from helpdesk.catalog.model import Catalog, Item, Service

_WORD = re.compile(r"\w+")
_ORDINARY_WORDS = """
    ada agar akan anda apa atau bagaimana bagi bapak bila bisa cara dan dari dengan di dong gimana harus ibu ingin ini
    itu jika juga kalau kami ke kepada kita kok lagi mau minta mohon nya oleh pada permintaan perlu saat saja saya
    sebuah sedang sudah tadi tak tanya tapi telah tentang terima kasih tersebut tidak tolong untuk ya yang
    a an and any at be can do for from have help how i in is it me my need not of on or our please the to want we
    with you your layanan service
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_ENDINGS = ("nya", "kan", "lah", "kah", "an", "i")
_BEGINNINGS = ("meng", "mem", "men", "me", "peng", "pem", "pen", "per", "pe", "ber", "ter", "di")
_SWALLOWED = (
    (re.compile("[mp]em(?=[aeiou])"), "p"),
    (re.compile("[mp]eny"), "s"),
    (re.compile("[mp]en(?=[aeiou])"), "t"),
)
"""Beginnings that have swallowed the first letter of the root: pinjam, meminjam; sewa, menyewa; terima, menerima."""
_KEYWORD, _NAME, _SERVICE, _SUMMARY = 4.0, 3.0, 1.0, 0.5
_AGAIN = 0.1
"""What a word gains each time that it stands in an item once more."""
_MISSPELT = 0.4
_TELLS = 0.6 * _SERVICE
"""What a word must be worth to count as found: a word of a promise alone ("at most", "less than") says no service."""
_FAINT = 1 / 6
"""An item whose best word is worth less than this part of the best word of all is not what was meant."""


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` in small letters without accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return tuple(_WORD.findall(bare))


def search(catalog: Catalog, desk_id: str, query: str, language: str = "id") -> tuple[Item, ...]:
    """The items of a desk that fit `query`, best first; all of them in the order of the file for an empty query.

    A word of the query fits a word that equals it, begins with it, has the same Indonesian root, or, where none of
    the desk's words fits it so, differs in one letter. Items that more of the query's words fit come first; those
    that hardly fit beside the best are left out. Keywords count in both languages, names in `language` most.
    KeyError for an unknown desk.
    """
    items = catalog.items_of(desk_id)
    asked = words(query[:200])
    telling = tuple(dict.fromkeys(word for word in asked if word not in _ORDINARY))
    if not asked:
        return items
    weights = [_weights_of(item, catalog.services[item.service], language) for item in items]
    vocabulary = _vocabulary(tuple(frozenset(weighed) for weighed in weights))
    fits = [_known_fits(word, vocabulary) for word in telling]
    scored = [(_score(telling, fits, item, weighed), item) for item, weighed in zip(items, weights, strict=True)]
    least = _FAINT * max((score[2] for score, _ in scored), default=0.0)
    found = [(score, item) for score, item in scored if score[2] > 0 and score[2] >= least]
    return tuple(item for _, item in sorted(found, key=lambda pair: pair[0], reverse=True))


@lru_cache(maxsize=64)
def _vocabulary(words_of_items: tuple[frozenset[str], ...]) -> frozenset[str]:
    """Every word of a desk's items: one object for one catalogue, so that what is looked up in it can be kept."""
    return frozenset[str]().union(*words_of_items)


@lru_cache(maxsize=4096)
def _known_fits(asked: str, vocabulary: frozenset[str]) -> dict[str, float]:
    """The words that fit one of the query, and how well; misspelt ones only where no other fits."""
    found = {known: fit for known in vocabulary if (fit := _fit(asked, known))}
    right = {known: fit for known, fit in found.items() if fit > _MISSPELT}
    return right or found


def _weights_of(item: Item, service: Service, language: str) -> Mapping[str, float]:
    other = "id" if language == "en" else "en"
    return _weights(
        (
            (item.summary.get(language), _SUMMARY),
            (service.name.get(language), _SERVICE),
            (f"{service.code} {item.id}", _NAME),
            (item.name.get(other), _NAME / 2),
            (item.name.get(language), _NAME),
            (" ".join(item.keywords), _KEYWORD),
        )
    )


def _score(
    telling: Sequence[str], fits: Sequence[Mapping[str, float]], item: Item, weights: Mapping[str, float]
) -> tuple[int, float, float]:
    """How many words of the query the item has, what they are worth together, and what the best of them is worth."""
    best = [max((fit * weights.get(known, 0.0) for known, fit in fitting.items()), default=0.0) for fitting in fits]
    asked = f" {' '.join(telling)} "
    whole = sum(2.0 for keyword in item.keywords if f" {' '.join(words(keyword))} " in asked)
    return sum(1 for score in best if score >= _TELLS), sum(best) + whole, max(best, default=0.0)


@lru_cache(maxsize=1024)
def _weights(sources: tuple[tuple[str, float], ...]) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for text, weight in sources:
        for word in words(text):
            if word not in _ORDINARY:
                weights[word] = max(weight, weights[word] + _AGAIN) if word in weights else weight
    return weights


def _fit(asked: str, known: str) -> float:
    """How well two words fit, 0 to 1."""
    if asked == known:
        return 1.0
    if len(asked) >= 3 and known.startswith(asked):
        return 0.7
    if len(asked) >= 4 and len(known) >= 4 and root(asked) == root(known):
        return 0.6
    return _MISSPELT if min(len(asked), len(known)) >= 5 and _one_letter_apart(asked, known) else 0.0


@lru_cache(maxsize=4096)
def root(word: str) -> str:
    """An Indonesian word without its commonest affixes; what remains has at least four letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    for swallowing, letter in _SWALLOWED:
        if swallowing.match(word):
            return swallowing.sub(letter, word, count=1)
    for beginning in _BEGINNINGS:
        if word.startswith(beginning) and len(word) - len(beginning) >= 4:
            return word.removeprefix(beginning)
    return word


def _one_letter_apart(one: str, other: str) -> bool:
    """True where one letter is changed, missing, added, or two neighbours are swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, rest_other = one[start:], other[start:]
    swapped = rest[:2] == rest_other[:2][::-1] and rest[2:] == rest_other[2:]
    return swapped or rest[1:] == rest_other[1:] or rest[1:] == rest_other or rest == rest_other[1:]
