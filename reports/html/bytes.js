// SPDX-License-Identifier: MIT
// Streams and excerpts of bytes: as text in quotes, byte by byte, and two beside each other.

const DUMP_ROWS_ALL = 8; // so many are shown even if little differs in them
const DUMP_ROWS_AROUND = 2;
const TEXT_BEFORE = 24; // bytes shown in front of a difference
const TEXT_BYTES = 96;

function decodeHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function hexByte(byte) {
  return byte.toString(16).padStart(2, '0');
}

const ESCAPES = new Map([
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [34, '\\"'],
  [92, '\\\\'],
  [0, '\\0'],
]);

// One byte as it stands in a quoted text.
function letter(byte) {
  return ESCAPES.get(byte) ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${hexByte(byte)}`);
}

// The first bytes of `bytes` in quotes, in at most `room` characters.
function quoted(bytes, room = 80) {
  let text = '';
  for (const byte of bytes) {
    const next = letter(byte);
    if (text.length + next.length > room) {
      return `"${text}"…`;
    }
    text += next;
  }
  return `"${text}"`;
}

// A stream of a report, {length, hex}: its first bytes, and how many it has.
function streamText(stream, room = 60) {
  if (stream === null || stream === undefined) {
    return 'not recorded: it depends on the kernel';
  }
  if (stream.length === 0) {
    return 'nothing';
  }
  const bytes = decodeHex(stream.hex);
  const text = quoted(bytes, room);
  const more = bytes.length < stream.length && !text.endsWith('…') ? '…' : '';
  return [
    h('code', { class: 'bytes' }, text + more),
    h('span', { class: 'faint' }, ` ${count(stream.length, 'byte')}`),
  ];
}

// What was expected or what came: words, or an excerpt {length, offset, hex}.
function excerpt(evidence) {
  if (evidence === null || evidence === undefined || typeof evidence === 'string') {
    return null;
  }
  return { length: evidence.length, start: evidence.offset ?? 0, bytes: decodeHex(evidence.hex) };
}

// The byte at a position: a number, 'end' beyond the stream, or null where it was not kept.
function byteAt(side, position) {
  if (position >= side.length) {
    return 'end';
  }
  return side.bytes[position - side.start] ?? null;
}

// Whether `side` has something else at this position than `other`. What was not kept never differs.
function differsAt(side, other, position) {
  const mine = byteAt(side, position);
  const theirs = other ? byteAt(other, position) : null;
  return mine !== null && theirs !== null && mine !== 'end' && mine !== theirs;
}

// The first position at which two excerpts differ; null when none does.
function firstDifference(a, b) {
  const from = Math.min(a.start, b.start);
  const to = Math.max(a.start + a.bytes.length, b.start + b.bytes.length);
  for (let position = from; position < to; position++) {
    if (differsAt(a, b, position) || differsAt(b, a, position)) {
      return position;
    }
  }
  return null;
}

// The part of an excerpt that is read: what is near the first difference, or its beginning.
function windowOf(side, difference) {
  const from = difference === null ? side.start : Math.max(side.start, difference - TEXT_BEFORE);
  const bytes = side.bytes.slice(from - side.start, from - side.start + TEXT_BYTES);
  return { from, bytes, more: from + bytes.length < side.length };
}

// That part in quotes, what differs marked: runs of letters, so that a screen reader reads words.
function markedText(side, other, difference) {
  const { from, bytes, more } = windowOf(side, difference);
  const parts = [];
  let text = '';
  let marked = false;
  const flush = () => {
    if (text) {
      parts.push(marked ? h('mark', {}, text) : text);
    }
    text = '';
  };
  bytes.forEach((byte, i) => {
    const differs = differsAt(side, other, from + i);
    if (differs !== marked) {
      flush();
      marked = differs;
    }
    text += letter(byte);
  });
  flush();
  return [
    h('code', { class: 'bytes' }, from > 0 ? '…"' : '"', parts, more ? '"…' : '"'),
    h('span', { class: 'faint' }, ` ${count(side.length, 'byte')}`),
  ];
}

function dumpCells(side, other, start, columns) {
  const cells = [];
  let text = [];
  for (let position = start; position < start + columns; position++) {
    const byte = byteAt(side, position);
    const known = typeof byte === 'number';
    const mark = known && differsAt(side, other, position) ? 'differs' : null;
    cells.push(h('span', { class: mark }, known ? hexByte(byte) : '  '), ' ');
    const shown = known && byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·';
    text.push(h('span', { class: mark }, known ? shown : ' '));
  }
  return [h('td', { class: 'hex' }, cells), h('td', { class: 'text' }, text)];
}

// Which rows are worth showing: those that differ and their neighbours, or all where there are few.
function rowsToShow(sides, starts, columns) {
  const differs = (start) =>
    sides.length > 1 &&
    Array.from({ length: columns }, (_, i) => start + i).some(
      (position) => differsAt(sides[0], sides[1], position) || differsAt(sides[1], sides[0], position),
    );
  const marked = starts.map(differs);
  const all = starts.length <= DUMP_ROWS_ALL || !marked.includes(true);
  return starts.map(
    (_, i) => all || marked.slice(Math.max(i - DUMP_ROWS_AROUND, 0), i + DUMP_ROWS_AROUND + 1).includes(true),
  );
}

// One or two excerpts in hexadecimal, eight bytes of each in a row.
function hexDump(sides, names) {
  const columns = sides.length > 1 ? 8 : 16;
  const from = Math.min(...sides.map((side) => side.start));
  const to = Math.max(...sides.map((side) => side.start + side.bytes.length));
  const starts = [];
  for (let start = from - (from % columns); start < to; start += columns) {
    starts.push(start);
  }
  const show = rowsToShow(sides, starts, columns);
  const rows = starts.map((start, i) => {
    if (show[i]) {
      return h(
        'tr',
        {},
        h('th', { scope: 'row' }, number(start)),
        sides.map((side, j) => dumpCells(side, sides[1 - j], start, columns)),
      );
    }
    return (
      (i === 0 || show[i - 1]) &&
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, '…'),
        h('td', { class: 'same', colspan: 4 }, 'the same on both sides'),
      )
    );
  });
  const heads = names.map((name) => h('th', { scope: 'col', colspan: 2 }, name));
  return scrollBox(
    'Bytes in hexadecimal',
    h(
      'table',
      { class: 'dump' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'byte'), heads)),
      h('tbody', {}, rows),
    ),
  );
}

// Evidence for a person: words, or bytes with their differences from the other side's.
function evidenceWords(evidence, other) {
  const side = excerpt(evidence);
  if (!side) {
    return evidence ?? null;
  }
  const against = excerpt(other);
  return side.length === 0
    ? 'nothing'
    : markedText(side, against, against ? firstDifference(side, against) : null);
}

// Expected beside actual, in text and in hexadecimal; null where a failure shows neither.
function evidenceSection({ expected, actual }) {
  if ((expected ?? null) === null && (actual ?? null) === null) {
    return null;
  }
  const sides = [excerpt(expected), excerpt(actual)];
  const [wanted, came] = sides;
  const difference = wanted && came ? firstDifference(wanted, came) : null;
  const dumped = sides.filter((side) => side?.bytes.length > 0);
  const names = ['Expected', 'Actual'].filter((_, i) => sides[i]?.bytes.length > 0);
  const line = (name, words) => [h('dt', {}, name), h('dd', {}, words ?? 'nothing to show')];
  return section(
    'Expected and actual',
    h(
      'dl',
      { class: 'pair' },
      line('Expected', evidenceWords(expected, actual)),
      line('Actual', evidenceWords(actual, expected)),
    ),
    difference !== null &&
      h(
        'p',
        {},
        `They differ first at byte ${number(difference)}, counted from 0. Bytes that differ are `,
        h('mark', {}, 'marked'),
        '.',
      ),
    dumped.length > 0 && hexDump(dumped, names),
  );
}
