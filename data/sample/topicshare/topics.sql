-- SPDX-License-Identifier: GPL-3.0-or-later
-- The database of a new environment: the tables of TopicShare 1.x and some topics to share.
CREATE TABLE topics (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	title TEXT NOT NULL,
	author TEXT NOT NULL,
	created_at TEXT NOT NULL
);
CREATE TABLE digest (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
);
INSERT INTO topics (title, author, created_at) VALUES
	('Welcome to TopicShare: say hello here', 'release', '2026-01-05T09:00:00Z'),
	('Which keyboard do you type on?', 'dev', '2026-01-06T10:12:00Z'),
	('How to write a good bug report', 'qa', '2026-01-07T08:30:00Z'),
	('مرحبا بالجميع', 'guest-ar', '2026-01-09T17:45:00Z'),
	('Tea or coffee? ☕🍵', 'oncall', '2026-01-11T06:02:00Z'),
	('안녕하세요', 'guest-ko', '2026-01-12T11:20:00Z'),
	('Night shift playlist 🎧🌙', 'oncall', '2026-01-15T03:07:00Z'),
	('أفضل الكتب', 'guest-ar', '2026-01-18T14:51:00Z'),
	('Families on one photo 👨‍👩‍👧', 'guest-ko', '2026-01-20T12:34:00Z'),
	('5 < 6 && "quotes" <b>stay text</b>', 'qa', '2026-01-22T16:00:00Z'),
	('서울에서 제주까지 자전거로 함께 떠나는 여름 여행 이야기', 'guest-ko', '2026-01-25T09:41:00Z'),
	('Release notes: what changed in 1.4', 'release', '2026-01-28T09:00:00Z');
