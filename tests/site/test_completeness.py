"""Every term of the glossary has its page, every page its place, every module its API page."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from api import modules_of
from pages import read_page

import jaxkeras

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GLOSSARY = sorted((DOCS / "glossary").glob("*.md"))
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_site" not in path.parts)

# What a textbook's reader looks for, misspelt as in some textbooks, and the page that answers.
TERMS = {
    "epoch": ["에포크", "epochs", "epchos"],
    "list-slicing": ["슬라이싱"],
    "random-seed": ["np.random.seed"],
    "mnist": ["MNIST"],
    "cifar-10": ["CIFAR-10"],
    "load-data": ["load_data"],
    "reshape": ["reshape"],
    "to-categorical": ["to_categorical", "np_utils"],
    "sequential": ["Sequential"],
    "add": ["model.add"],
    "dense": ["Dense"],
    "compile": ["compile"],
    "fit": ["fit"],
    "fit-generator": ["fit_generator"],
    "image-data-generator": ["ImageDataGenerator"],
    "hist": ["hist", "History"],
    "evaluate": ["evaluate"],
    "predict": ["predict", "predict_classes"],
    "save": ["model.save"],
    "model-to-dot": ["model_to_dot", "model_to_dat"],
    "load-model": ["load_model"],
    "batch": ["배치"],
    "loss": ["손실 함수"],
    "optimizer": ["옵티마이저"],
    "learning-rate": ["학습률"],
    "activation": ["활성화 함수"],
    "overfitting": ["과적합"],
    "dropout": ["드롭아웃"],
    "convolution": ["합성곱"],
    "pooling": ["풀링"],
    "train-test": ["검증 데이터"],
    "callback": ["콜백"],
    "one-hot": ["원-핫 인코딩"],
    "tensor": ["텐서"],
    "weight": ["가중치"],
    "backpropagation": ["순전파", "역전파"],
    "metrics": ["정확도", "accuray"],
    "model": ["모델", "modle"],
}


@pytest.mark.parametrize("slug", TERMS)
def test_every_term_has_its_page(slug):
    page = read_page(DOCS / "glossary" / f"{slug}.md")
    terms = page.meta["term"]
    words = [*(terms if isinstance(terms, list) else [terms]), *page.meta.get("aliases", [])]
    title = re.search(r"^# (.*)$", page.text, re.MULTILINE)
    assert title is not None
    told = "\n".join([*map(str, words), title[1]]).lower()
    assert [word for word in TERMS[slug] if word.lower() not in told] == []


def test_there_are_enough_terms_and_none_is_claimed_twice():
    assert len(GLOSSARY) >= 45
    claimed: dict[str, str] = {}
    for path in GLOSSARY:
        terms = read_page(path).meta["term"]
        for term in terms if isinstance(terms, list) else [terms]:
            assert claimed.setdefault(term, path.stem) == path.stem


@pytest.mark.parametrize("path", GLOSSARY, ids=lambda path: path.stem)
def test_a_glossary_page_has_its_shape(path):
    page = read_page(path)
    assert page.meta["description"] and page.meta["term"]
    headings = re.findall(r"^(##? .*)$", page.text, re.MULTILINE)
    assert headings[0].startswith("# ") and sum(h.startswith("# ") for h in headings) >= 1
    order = ["## 뜻", "## 해 보기", "## 흔한 실수", "## 한 걸음 더: JAX로 보기", "## 함께 보기"]
    assert [heading for heading in headings if heading in order] == order
    lead = page.text.split("\n# ", 1)[1].partition("\n")[2].split("## ", 1)[0]
    assert " ".join(str(page.meta["description"]).split()) in " ".join(lead.split())
    assert page.blocks


def test_every_page_stands_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r"^ *- (?:.*: )?(\S+\.md)$", navigation, re.MULTILINE)
    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in PAGES)


def test_few_blocks_are_left_unrun():
    pages = [*PAGES, ROOT / "README.md"]
    skipped = [
        (path.name, block.line, block.reason)
        for path in pages
        for block in read_page(path).blocks
        if block.reason is not None
    ]
    assert len(skipped) < 5, skipped
    assert all(len(reason.partition("아니요: ")[2]) > 5 for _, _, reason in skipped)


def test_every_public_module_has_its_api_page():
    documented = {
        module
        for path in (DOCS / "api").glob("*.md")
        for module in modules_of(path.read_text(encoding="utf-8"))
    }
    public = {"jaxkeras"} | {
        f"jaxkeras.{module.name}"
        for module in pkgutil.iter_modules(jaxkeras.__path__)
        if not module.name.startswith("_")
    }
    for name in sorted(public - {"jaxkeras"}):
        module = importlib.import_module(name)
        for child in getattr(module, "__all__", ()):
            value = getattr(module, child)
            # A module such as `ops.nn` only groups names that its parent has too.
            if inspect.ismodule(value) and not set(getattr(value, "__all__", ())) <= set(
                module.__all__
            ):
                public.add(f"{name}.{child}")
    assert sorted(public - documented) == []
