"""Jinja as pages need it: a page is a hundred small macros, and what one of them costs is paid each time.

Nothing here changes what a template may say or what it becomes.
"""

from __future__ import annotations

from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from clinic.domain.words import DayWords, Words, ZoneWords
from clinic.languages.jinja import Spoken

WORDS = frozenset({Words, DayWords, ZoneWords})  # strings, and no HTML


def written(value: Any) -> str:
    """A value as it stands in HTML: escaped, unless it is HTML already.

    What goes straight into the page needs no `Markup` around it; making one costs more than the escaping.
    """
    kind = type(value)
    if kind is str or kind in WORDS:
        return str(_escape_inner(value))
    return value if kind is Markup else escape(value)


class _PageCode(CodeGenerator):
    """Code that says `written` where Jinja says `escape`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(f"environment.written({finalize.src or ''}")


class _PageTemplate(Template):
    """A template whose macros are made once, and which lets go of what a page was made of."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The page. A macro that stands in the page itself knows the context, and the context knows it.

        Without an end to that, a client's answers would stay in memory until garbage is looked for.
        """
        context = self.new_context(dict(*args, **kwargs))
        try:
            return self.environment.concat(self.root_render_func(context))
        except Exception:
            self.environment.handle_exception()
        finally:
            context.vars.clear()

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        # Jinja compares the globals of both templates at each import; all of ours are the environment's
        return super()._get_default_module()


class _PageContext(Context):
    """Calls a macro without asking first what kind of function it is."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        if type(__obj) is not Macro:
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(__self.eval_ctx, *args, **kwargs)


class PageEnvironment(Spoken, Environment):
    """The environment of all pages."""

    code_generator_class = _PageCode
    template_class = _PageTemplate
    context_class = _PageContext
    written = staticmethod(written)
