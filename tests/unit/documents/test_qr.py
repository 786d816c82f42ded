"""The two forms of a QR code."""

import xml.etree.ElementTree as ET

from ce_bases.documents.qr import qr_inline, qr_svg

URL = "https://ce.example/teach/sessions/17?a=1&b=2"
SVG = "{http://www.w3.org/2000/svg}"


def test_a_standalone_code_is_a_bare_drawing() -> None:
    root = ET.fromstring(qr_svg(URL))

    assert root.tag == f"{SVG}svg"
    assert sorted(root.attrib) == ["class", "viewBox"]


def test_an_inline_code_has_a_name_and_nothing_a_strict_policy_forbids() -> None:
    code = qr_inline(URL, title='<b>"课次" & 签到')
    root = ET.fromstring(code)

    assert root.attrib == {"role": "img", "viewBox": root.attrib["viewBox"], "class": "qr"}
    assert root.findtext("title") == '<b>"课次" & 签到'
    assert "style" not in code
    assert "<b>" not in code
