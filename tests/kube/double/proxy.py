# SPDX-License-Identifier: GPL-3.0-or-later
"""The service proxy of an API server, as its package apimachinery/pkg/util/proxy has it: where a
request goes, what is added to it, and what becomes of the addresses in the answer.  Behind it
answers site_behind.py."""
import html
import posixpath
import re
import urllib.parse

import site_behind
from problem import Problem
from store import label_selector, selects

URL_ATTRIBUTES = {
    "a": {"href"}, "applet": {"codebase"}, "area": {"href"}, "audio": {"src"}, "base": {"href"},
    "blockquote": {"cite"}, "body": {"background"}, "button": {"formaction"}, "command": {"icon"},
    "del": {"cite"}, "embed": {"src"}, "form": {"action"}, "frame": {"longdesc", "src"},
    "head": {"profile"}, "html": {"manifest"}, "iframe": {"longdesc", "src"},
    "img": {"longdesc", "src", "usemap"}, "input": {"src", "usemap", "formaction"},
    "ins": {"cite"}, "link": {"href"}, "object": {"classid", "codebase", "data", "usemap"},
    "q": {"cite"}, "script": {"src"}, "source": {"src"}, "video": {"poster", "src"}}
TAG = re.compile(r"""<([a-zA-Z][^\s/>]*)((?:\s+[^\s=>/"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)"""
                 r"""\s*(/?)>""")
ATTRIBUTE = re.compile(r"""([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
       "transfer-encoding", "upgrade", "proxy-connection"}


def split_id(text):
    """[SCHEME:]NAME[:PORT]"""
    parts = text.split(":")
    if len(parts) == 3:
        return parts
    if len(parts) == 2:
        return ["", *parts]
    return ["", text, ""]


class Proxy:
    """One request; `prefix` is what an address gets."""

    def __init__(self, handler, ask):
        path, _, self.query = handler.path.partition("?")
        decoded = urllib.parse.unquote(path)
        self.handler, self.ask = handler, ask
        self.prefix, _, rest = decoded.partition("/proxy")
        self.prefix += "/proxy"
        self.rest = rest
        if rest:
            ends = rest.endswith("/")
            self.rest = posixpath.normpath("/" + rest.lstrip("/"))
            if ends and self.rest != "/":
                self.rest += "/"

    def image_of(self, store):
        """The image that answers, or the words of why none does."""
        ask = self.ask
        _, name, port = split_id(ask.name)
        obj = store.get(ask.kind, ask.space, name)
        if ask.kind.name == "Service":
            rows = obj["spec"].get("ports", [])
            if port.isdigit() and not any(row["port"] == int(port) for row in rows):
                raise Problem(503, "ServiceUnavailable",
                              f'no service port {port} found for service "{name}"')
            wanted = label_selector({"matchLabels": obj["spec"].get("selector", {})})
            pods = [pod for pod in store.of("Pod", ask.space)
                    if selects(wanted, pod["metadata"].get("labels", {})) and
                    pod["status"].get("phase") == "Running"]
            known = not port or port.isdigit() or any(row.get("name") == port for row in rows)
            if not pods or not known:
                raise Problem(503, "ServiceUnavailable",
                              f'no endpoints available for service "{ask.name if pods else name}"')
            obj = pods[0]
        return obj["spec"]["containers"][0]["image"]

    def headers(self):
        handler = self.handler
        named = {word.strip().lower()
                 for word in handler.headers.get("Connection", "").split(",")}
        out = {name: value for name, value in handler.headers.items()
               if name.lower() not in HOP | named | {"authorization"}}
        before = out.get("X-Forwarded-For")
        out["X-Forwarded-For"] = (before + ", " if before else "") + handler.client_address[0]
        uri = posixpath.join(self.prefix, self.rest.lstrip("/"))
        out["X-Forwarded-Uri"] = uri
        return out

    def rewrite(self, text):
        """An address of the answer: one of this site leads through the proxy."""
        parts = urllib.parse.urlsplit(text)
        asked = self.handler.headers.get("Host", "")
        if (parts.netloc and parts.netloc not in (site_behind.ADDRESS, asked)) or \
                not parts.path.startswith("/"):
            return text
        if parts.netloc != asked:
            parts = parts._replace(scheme="", netloc="")
        if parts.path.startswith(self.prefix):
            return urllib.parse.urlunsplit(parts)
        path = posixpath.normpath(self.prefix + parts.path)
        if parts.path.endswith("/"):
            path += "/"
        return urllib.parse.urlunsplit(parts._replace(path=path))

    def rewrite_page(self, body):
        def tag(match):
            name = match[1].lower()
            wanted = URL_ATTRIBUTES.get(name, set())
            out = "<" + name
            for found in ATTRIBUTE.finditer(match[2]):
                key = found[1].lower()
                value = html.unescape(next((part for part in found.groups()[1:]
                                            if part is not None), ""))
                if key in wanted:
                    value = self.rewrite(value)
                out += f' {key}="{html.escape(value).replace("&quot;", "&#34;")}"'
            return out + match[3] + ">"
        return TAG.sub(tag, body.decode("latin-1")).encode("latin-1")

    def answer(self, store):
        handler = self.handler
        with store.lock:
            image = self.image_of(store)
        if not self.rest and handler.command in ("GET", "HEAD"):
            where = self.prefix + "/" + ("?" + self.query if self.query else "")
            handler.send(301, b"", "text/plain", {"Location": where})
            return
        answer = site_behind.answer(handler.command, self.rest, self.query, self.headers(),
                                    handler.body, image)
        more = dict(answer.headers)
        kind = more.pop("Content-Type", "text/html; charset=utf-8")
        more["Audit-Id"] = "0198aaaa-0000-7000-8000-000000000000"
        if "Location" in more:
            more["Location"] = self.rewrite(more["Location"])
        elif answer.body is not None and kind.split(";")[0].strip() == "text/html":
            answer.body = self.rewrite_page(answer.body)
        if answer.body is not None:
            handler.send(answer.status, answer.body, kind, more)
            return
        handler.begin(answer.status, kind, more, answer.length)
        for piece in answer.pieces:
            if answer.length is None:
                handler.write_chunk(piece)
            else:
                handler.write(piece)
        if answer.length is None:
            handler.end_chunks()
