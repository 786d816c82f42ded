"""QR codes as SVG: error level M, the quiet zone of four modules, no size, no inline style."""

import io

import segno


def qr_svg(text: str) -> str:
    """A standalone SVG of `text`, for documents; whoever places it gives the size."""
    return _drawn(text, svgns=True)


def qr_inline(text: str, *, title: str) -> str:
    """An `<svg class="qr" role="img">` of `text` for a page, named `title` for who cannot see it.

    Mark it safe in the template: `title` is escaped here. It paints its own white ground, so
    that it stays readable in dark mode, and its size is the style sheet's.
    """
    drawn = _drawn(text, svgns=False, svgclass="qr", light="#fff", title=title)
    return drawn.replace("<svg ", '<svg role="img" ', 1)


def _drawn(text: str, **look: object) -> str:
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(
        out, kind="svg", border=4, xmldecl=False, omitsize=True, nl=False, lineclass=None, **look
    )
    return out.getvalue().decode()
