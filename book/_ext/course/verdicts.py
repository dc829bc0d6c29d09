"""Give the verdicts that the claims' cells print a class of their own, so that the style sheet can set them apart."""

from docutils import nodes
from sphinx.application import Sphinx

from gencore.claims import load_claims

CLASSES = {claim.verdict_words: claim.verdict for claim in load_claims()}


def mark(app: Sphinx, document: nodes.document) -> None:
    """Mark each quotation that begins with a verdict in bold."""
    for quotation in document.findall(nodes.block_quote):
        bold = next(quotation.findall(nodes.strong), None)
        if bold is not None and quotation.astext().startswith(bold.astext()) and bold.astext() in CLASSES:
            quotation["classes"] += ["verdict", CLASSES[bold.astext()]]


def setup(app: Sphinx) -> None:
    """Run after a page is read."""
    app.connect("doctree-read", mark)
