"""Templates compiled once a language, with what never changes already put in.

A page says some hundred sentences, addresses and marks that are the same for everybody who reads
its language. Looked up at every request they were half the time of a page; compiled, they are text.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask, has_request_context, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from ce_bases.web.addresses import url_for
from ce_bases.web.assets import asset
from ce_bases.web.i18n import choose_locale, translate

Edition = tuple[str, str]  # language, prefix of the site's addresses
_ICONS = "components/icon.html"


class SiteEnvironment(Environment):
    """Hands out each template in the edition of the reader's language.

    Filters, globals and settings of the editions are those of the environment itself, so they
    are to be set before the first page is rendered.
    """

    edition: Edition | None = None
    editions: dict[Edition, "SiteEnvironment"]

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.editions = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002 -- as Jinja names it
    ) -> Template:
        """The edition of the template `name`; inside an edition (extends, import) its own."""
        if self.edition is not None or isinstance(name, Template) or not has_request_context():
            return super().get_template(name, parent, globals)
        edition = choose_locale(), request.environ.get("SCRIPT_NAME", "")
        return self._find(edition).get_template(name, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own, not a chain with something before it: no template adds any."""
        return super().make_globals(d) if d else self.globals

    def _find(self, edition: Edition) -> "SiteEnvironment":
        found = self.editions.get(edition)
        if found is None:
            found = self.overlay()
            found.edition = edition
            self.editions[edition] = found
        return found

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        if self.edition is not None:
            _Constants(self, name).visit(source)
        return super()._generate(source, name, filename, defer_init)


class _Constants(NodeTransformer):
    """Puts in the place of a call what it gives in this edition, whoever asks.

    `_("…")` and `_("…", name=value)`, `icon("…")`, `asset("…")`, and addresses without values.
    """

    def __init__(self, environment: SiteEnvironment, name: str | None) -> None:
        assert environment.edition is not None
        self.environment = environment
        self.locale = environment.edition[0]
        escapes = environment.autoescape
        self.escapes = escapes(name) if callable(escapes) else escapes
        self.makers: dict[str, Callable[..., str | None]] = {
            "_": self._words,
            "icon": self._icon,
            "url_for": self._address,
            "asset": asset,
        }
        if environment.app.debug:  # while somebody works on them, files change
            del self.makers["asset"]
        if name == _ICONS:
            del self.makers["icon"]

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- as Jinja calls it
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        given = [arg.value for arg in node.args if isinstance(arg, nodes.Const)]
        is_plain = node.dyn_args is None and node.dyn_kwargs is None
        if name not in self.makers or not is_plain or len(given) != len(node.args) or not given:
            return node
        if not node.kwargs:
            made = self.makers[name](*given)
            return node if made is None else nodes.Const(made, lineno=node.lineno)
        return self._with_values(given[0], node) if name == "_" else node

    def _with_values(self, text: str, node: nodes.Call) -> nodes.Node:
        pairs = [nodes.Pair(nodes.Const(k.key), k.value, lineno=k.lineno) for k in node.kwargs]
        words = nodes.Const(self._marked(translate(text, self.locale)), lineno=node.lineno)
        return nodes.Mod(words, nodes.Dict(pairs, lineno=node.lineno), lineno=node.lineno)

    def _words(self, text: str) -> str:
        return self._marked(translate(text, self.locale)) % {}

    def _marked(self, text: str) -> str:
        return Markup(text) if self.escapes else text  # noqa: S704 -- a template's own words

    def _icon(self, *given: str) -> str:
        module: Any = self.environment.get_template(_ICONS).module
        made: str = module.icon(*given)
        return made

    def _address(self, endpoint: str) -> str | None:
        # One that begins with a dot depends on the page's blueprint.
        return None if endpoint.startswith(".") else url_for(endpoint)


def register(app: Flask) -> None:
    """Take this environment for `app`; to be called before anything is put into the first."""
    app.jinja_environment = SiteEnvironment  # type: ignore[assignment]
