# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request is refused with, in the words of the real server."""


class Problem(Exception):
    def __init__(self, code, reason, message, details=None, headers=None):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.details, self.headers = details, headers or {}

    def status(self):
        out = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
               "message": self.message}
        if self.reason:
            out["reason"] = self.reason
        if self.details is not None:
            out["details"] = self.details
        out["code"] = self.code
        return out


def details(kind, name, **more):
    """As the server has them: the plural for its "kind"."""
    out = {}
    if name:
        out["name"] = name
    if kind.group:
        out["group"] = kind.group
    out["kind"] = kind.plural
    out.update(more)
    return out


def not_found(kind, name):
    return Problem(404, "NotFound", f'{kind.resource} "{name}" not found', details(kind, name))


def already_exists(kind, name):
    return Problem(409, "AlreadyExists", f'{kind.resource} "{name}" already exists',
                   details(kind, name))


def conflict(kind, name, why):
    return Problem(409, "Conflict",
                   f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}',
                   details(kind, name))


def forbidden(kind, name, why, **more):
    what = f'{kind.resource} "{name}"' if name else kind.resource
    return Problem(403, "Forbidden", f"{what} is forbidden: {why}", details(kind, name, **more))


def invalid(kind, name, causes):
    texts = [f"{field}: {text}" for field, _, text in causes]
    joined = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    return Problem(422, "Invalid", f'{kind.qualified} "{name}" is invalid: {joined}', {
        **details(kind, name), "kind": kind.name,
        "causes": [{"reason": reason, "message": text, "field": field}
                   for field, reason, text in causes]})


def bad_request(message):
    return Problem(400, "BadRequest", message)


def not_acceptable(message):
    return Problem(406, "NotAcceptable", message)


def expired(message):
    return Problem(410, "Expired", message)
