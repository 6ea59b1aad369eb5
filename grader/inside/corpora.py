"""Words that nltk downloads, and a sandbox cannot -> the nearest that is installed, and a note of it."""

from collections.abc import Callable
from typing import Any

from grader.inside import imports
from grader.inside.notes import notes
from grader.inside.ways import wrap


def no_download(original: Callable[..., Any], *args: Any, **_: object) -> bool:
    """`nltk.download`, which would try the network."""
    notes.substitute(f"`nltk.download({', '.join(map(repr, args))})` was not done: there is no network.")
    return False


class StopWords:
    """nltk's stop words; where they were not downloaded, scikit-learn's for English."""

    def __init__(self, original: Any):
        self.original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def words(self, language: str = "english") -> list[str]:
        """Raises `LookupError` as nltk does for another language."""
        try:
            return list(self.original.words(language))
        except LookupError:
            if language != "english":
                raise
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # slow to import, rarely needed

        notes.substitute("scikit-learn's English stop words were taken for nltk's, which need a download.")
        return sorted(ENGLISH_STOP_WORDS)


def tokenize(original: Callable[..., list[str]], text: str, *args: Any, **kwargs: Any) -> list[str]:
    """`word_tokenize`, which cuts a text into sentences first where it has learned to."""
    try:
        return original(text, *args, **kwargs)
    except LookupError:
        notes.substitute("`word_tokenize()` took a text for one sentence: nltk's `punkt` needs a download.")
        return original(text, preserve_line=True)


def lemmatize(original: Callable[..., str], self: Any, word: str, *args: Any, **kwargs: Any) -> str:
    """`WordNetLemmatizer().lemmatize`, which looks words up in WordNet."""
    try:
        return original(self, word, *args, **kwargs)
    except LookupError:
        notes.substitute("`lemmatize()` left words as they are: nltk's `wordnet` needs a download.")
        return word


def install() -> None:
    """Put all of them into this process."""
    imports.after_import("nltk", lambda module: wrap(module, "download", no_download))
    imports.after_import("nltk.corpus", lambda module: setattr(module, "stopwords", StopWords(module.stopwords)))
    for name in ("nltk", "nltk.tokenize"):
        imports.after_import(name, lambda module: wrap(module, "word_tokenize", tokenize))
    imports.after_import("nltk.stem.wordnet", lambda module: wrap(module.WordNetLemmatizer, "lemmatize", lemmatize))
