#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# certificates.sh FOLDER: two authorities and what they signed, as PEM, for tests of TLS.
#   ca.pem other-ca.pem          the authorities
#   local.pem local.key          a server called localhost and 127.0.0.1, of ca
#   named.pem named.key          a server called api.test and nothing else, of ca
#   client.pem client.key        a client "oncall" of the group "operators", of ca
#   stranger.pem stranger.key    the same name, of other-ca
#   locked.key                   client.key, which asks for a password
set -eu
cd "$1"

key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
}
authority() {	# NAME
	key "$1"
	openssl req -x509 -new -key "$1.key" -days 2 -subj "/CN=$1" -out "$1.pem"
}
signed() {	# NAME AUTHORITY SUBJECT EXTENSION
	key "$1"
	openssl req -new -key "$1.key" -subj "$3" -out "$1.csr"
	echo "$4" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
		-extfile "$1.ext" -out "$1.pem" 2>/dev/null
	rm "$1.csr" "$1.ext"
}

authority ca
authority other-ca
signed local ca /CN=local 'subjectAltName = DNS:localhost, IP:127.0.0.1'
signed named ca /CN=named 'subjectAltName = DNS:api.test'
signed client ca /O=operators/CN=oncall 'extendedKeyUsage = clientAuth'
signed stranger other-ca /O=operators/CN=oncall 'extendedKeyUsage = clientAuth'
openssl ec -in client.key -aes128 -passout pass:secret -out locked.key 2>/dev/null
