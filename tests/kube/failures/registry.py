#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry that has no image: registry.py PORT

The name of a repository says how it refuses: unauthorized, limited, broken; the rest is not found.
"""
import http.server
import json
import sys

REFUSALS = {
    'unauthorized': (401, 'UNAUTHORIZED', 'authentication required'),
    'forbidden': (403, 'DENIED', 'requested access to the resource is denied'),
    'limited': (429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'),
    'broken': (500, 'UNKNOWN', 'unknown error'),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        status, code, message = 404, 'MANIFEST_UNKNOWN', 'manifest unknown'
        if self.path == '/v2/':
            status = 200
        for word, refusal in REFUSALS.items():
            if word in self.path:
                status, code, message = refusal
        body = json.dumps({'errors': [{'code': code, 'message': message}]}).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        if status == 429:
            self.send_header('Retry-After', '60')
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
