// SPDX-License-Identifier: MIT
// The byte ruler: a stream from its first byte to its last, where it was cut into receives, where the
// server's 1,024-byte buffer would end, and which byte was wrong. Below it its first bytes one by one.

const BAR = 24; // height
const BYTE = 26; // the most pixels that a byte gets, in the ruler as in the strip
const BEGINNING_BUFFERS = 8;
const CELLS_MAX = 64;
const CELLS_AROUND = 16;
const CUT_LABELS_MAX = 10;

// Runs [size, count] as blocks that can be drawn: { start, end, pieces }, of no more than there are bytes.
// Pieces of less than three pixels are one block of many.
function blocks(runs, scale, length) {
  const list = [];
  let at = 0;
  const add = (bytes, pieces) => {
    const last = list[list.length - 1];
    if (pieces === 1 && bytes * scale >= 3) {
      list.push({ start: at, end: at + bytes, pieces });
    } else if (last?.pieces > 1 || (last && (last.end - last.start) * scale < 3)) {
      last.end += bytes;
      last.pieces += pieces;
    } else {
      list.push({ start: at, end: at + bytes, pieces: Math.max(pieces, 1) });
    }
    at += bytes;
  };
  for (const [size, times] of runs) {
    if (size * scale >= 3) {
      for (let i = 0; i < times && at < length; i++) {
        add(size, 1);
      }
    } else {
      add(size * times, times);
    }
  }
  return list;
}

// The round distance of marks that are at least `room` pixels apart.
function roundStep(scale, room) {
  const least = Math.max(room / scale, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least);
}

function axisMarks(stream, list, scale) {
  const ends = [0, ...list.map((block) => block.end)];
  const apart = ends.every((end, i) => i === 0 || (end - ends[i - 1]) * scale > 34);
  if (ends.length <= CUT_LABELS_MAX && apart && list.every((block) => block.pieces === 1)) {
    return ends;
  }
  const step = roundStep(scale, 74);
  const marks = [];
  for (let at = 0; at < stream.length - (step * 2) / 3; at += step) {
    marks.push(at);
  }
  return [...marks, stream.length];
}

function anchorAt(x, width) {
  return x < 36 ? 'start' : x > width - 36 ? 'end' : 'middle';
}

function drawBlock(block, i, frame) {
  const { x, top } = frame;
  const width = Math.max(x(block.end) - x(block.start), 1);
  const words = block.pieces > 1 ? `${number(block.pieces)} receives` : number(block.end - block.start);
  const tip = `bytes ${number(block.start)} to ${number(block.end - 1)}: ${count(block.pieces, 'piece')}`;
  const fits = words.length * 7.3 + 6 < width;
  return [
    s(
      'rect',
      {
        class: block.pieces > 1 ? 'block many' : i % 2 ? 'block odd' : 'block',
        x: x(block.start),
        y: top,
        width,
        height: BAR,
      },
      s('title', {}, tip),
    ),
    fits && text(x(block.start) + width / 2, top + 16, 'block-text', 'middle', words),
  ];
}

// Marks where a buffer of `every` bytes ends, while they can be told apart.
function drawBoundaries(stream, frame) {
  const { x, scale, top, width } = frame;
  const { every } = stream;
  const parts = [];
  const labelled = Math.max(Math.ceil(64 / (every * scale)), 1) * every;
  for (let at = every; at <= stream.length && every * scale >= 4; at += every) {
    parts.push(s('path', { class: 'boundary', d: `M${x(at)} ${top - 6}V${top + BAR + 6}` }));
    if (at % labelled === 0) {
      parts.push(text(x(at), top - 9, 'boundary-text', anchorAt(x(at), width), number(at)));
    }
  }
  return parts;
}

// The wrong byte, or the end where one is missing: from above, for below stand the offsets.
function drawWrong(stream, frame) {
  const { x, top, width } = frame;
  const at = x(Math.min(stream.wrong + 0.5, stream.length)) - (stream.wrong < stream.length ? 0 : 2);
  return [
    s('path', { class: 'wrong', d: `M${at} ${top - 4}V${top + BAR}` }),
    s('path', { class: 'wrong-head', d: `M${at} ${top}l-5 -8h10Z` }),
    text(at, top - 11, 'wrong-text', anchorAt(at, width), `byte ${number(stream.wrong)}`),
  ];
}

function drawRuler(stream, room) {
  const scale = Math.min((room - 2) / stream.length, BYTE);
  const width = Math.min(Math.max(stream.length * scale + 2, 120), room);
  const boundaries = stream.every && stream.length >= stream.every;
  const top = boundaries || stream.wrong !== null ? 26 : 6;
  const frame = { x: (at) => 1 + Math.min(at, stream.length) * scale, scale, top, width };
  const list = stream.runs
    ? blocks(stream.runs, scale, stream.length)
    : [{ start: 0, end: stream.length, pieces: 1 }];
  const axis = axisMarks(stream, list, scale).map((at) => [
    s('path', { class: 'tick', d: `M${frame.x(at)} ${top + BAR}v6` }),
    text(frame.x(at), top + BAR + 20, 'tick-text', anchorAt(frame.x(at), width), number(at)),
  ]);
  const height = top + BAR + 26;
  return s(
    'svg',
    {
      class: 'ruler',
      role: 'img',
      'aria-label': `${stream.name}. ${stream.words}`,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    },
    list.map((block, i) => drawBlock(block, i, frame)),
    boundaries && drawBoundaries(stream, frame),
    axis,
    stream.wrong !== null && drawWrong(stream, frame),
  );
}

// The offsets from `from` to `to` at which pieces begin.
function cutOffsets(runs, from, to) {
  const offsets = new Set();
  let at = 0;
  for (const [size, times] of runs ?? []) {
    const skipped = size > 0 ? Math.min(Math.max(Math.floor((from - at) / size), 0), times) : times;
    at += skipped * size;
    for (let i = skipped; i < times && at <= to; i++) {
      offsets.add(at);
      at += size;
    }
    at += at > to ? size * times : 0;
  }
  offsets.delete(0);
  return offsets;
}

// Which cells of a strip are numbered: the wrong one, those where a piece begins, every eighth; one that
// has no room beside more important ones is not.
function cellNumbers(stream, offsets, from, to) {
  const places = [
    stream.wrong,
    ...offsets,
    ...Array.from({ length: to - from }, (_, i) => from + i).filter((at) => at % 8 === 0),
  ];
  const taken = new Set();
  const numbers = new Map();
  for (const at of places) {
    const words = number(at);
    const cells = Array.from({ length: Math.ceil((words.length * 6.5) / BYTE) }, (_, i) => at + i);
    if (at !== null && at >= from && at <= to && !cells.some((cellAt) => taken.has(cellAt))) {
      cells.forEach((cellAt) => taken.add(cellAt));
      numbers.set(at, words);
    }
  }
  return numbers;
}

function cell(byte, at, stream, offsets, words) {
  const wrong = at === stream.wrong;
  const buffer = stream.every && at > 0 && at % stream.every === 0;
  const classes = ['cell', offsets.has(at) && 'cut', wrong && 'differs', buffer && 'buffer'].filter(Boolean);
  const tip = `byte ${number(at)}: 0x${hexByte(byte)}${offsets.has(at) ? ', a new piece begins' : ''}${wrong ? ', differs' : ''}`;
  return h(
    'span',
    { class: classes.join(' '), title: tip },
    h('i', {}, words ?? ''),
    h('b', {}, byte === 32 ? '␣' : letter(byte)),
    h('u', {}, hexByte(byte)),
  );
}

// Bytes one by one; `from` is where they stand in the stream.
function strip(stream, bytes, from) {
  const to = from + bytes.length;
  const offsets = cutOffsets(stream.runs, from, to);
  const numbers = cellNumbers(stream, offsets, from, to);
  const missing = stream.wrong === stream.length && to === stream.length;
  return h(
    'div',
    { class: 'strip', 'aria-hidden': 'true' },
    from > 0 && h('span', { class: 'faint more' }, '…'),
    Array.from(bytes, (byte, i) => cell(byte, from + i, stream, offsets, numbers.get(from + i))),
    missing &&
      h(
        'span',
        { class: 'cell differs', title: 'the stream ends here' },
        h('i', {}, number(to)),
        h('b', {}, '✗'),
        h('u', {}),
      ),
    to < stream.length && h('span', { class: 'faint more' }, `… ${count(stream.length - to, 'more byte')}`),
  );
}

// The first bytes, and those around the wrong one where it is not among them.
function strips(stream) {
  const first =
    stream.bytes.length <= CELLS_MAX + CELLS_AROUND ? stream.bytes : stream.bytes.slice(0, CELLS_MAX);
  const list = first.length > 0 ? [strip(stream, first, 0)] : [];
  const { around, wrong } = stream;
  if (around && wrong !== null && wrong >= first.length && stream.length > first.length) {
    const from = Math.max(wrong - CELLS_AROUND, around.start);
    list.push(
      strip(stream, around.bytes.slice(from - around.start, wrong + CELLS_AROUND - around.start), from),
    );
  }
  return list;
}

// Of a stream that is long for the width of a page its beginning, where single receives can be seen.
function beginning(stream) {
  const length = BEGINNING_BUFFERS * (stream.every ?? 0);
  return stream.every && stream.length > 3 * length
    ? { ...stream, length, words: `The first ${count(length, 'byte')}.`, wrong: null }
    : null;
}

// A ruler with its strip; drawn anew when the width changes.
function rulerBox(stream) {
  const box = h('div', { class: 'ruler-box' });
  const close = beginning(stream);
  let drawnWidth = 0;
  new ResizeObserver(() => {
    const width = Math.floor(box.clientWidth);
    if (width > 0 && width !== drawnWidth) {
      drawnWidth = width;
      fill(
        box,
        drawRuler(stream, width),
        close && [
          h('p', { class: 'faint' }, `The first ${count(close.length, 'byte')}:`),
          drawRuler(close, width),
        ],
      );
    }
  }).observe(box);
  const buffers = stream.every ? Math.floor(stream.length / stream.every) : 0;
  return h(
    'figure',
    {},
    h('figcaption', {}, h('strong', {}, stream.name), ' ', stream.words),
    stream.length > 0 && box,
    buffers > 0 &&
      h(
        'p',
        { class: 'faint' },
        h('span', { class: 'boundary-key' }),
        `A receive takes at most ${count(stream.every, 'byte')}: a mark at each multiple, while they can be told apart.`,
      ),
    strips(stream),
  );
}

// "5, 8" or "1,024 × 9,765, 640".
function runWords(runs, most = 8) {
  const words = runs
    .slice(0, most)
    .map(([size, times]) => (times === 1 ? number(size) : `${number(times)} × ${number(size)}`));
  return words.join(' + ') + (runs.length > most ? ' + …' : '');
}

function receiveCount(session) {
  return session.recv_sizes.reduce((sum, [, times]) => sum + times, 0);
}

// How a session's stream was cut, in words.
function cutWords(session) {
  const datagrams = session.truncated !== undefined;
  if (session.recv_sizes === null) {
    return 'The sizes of its receives depend on the kernel and are not recorded.';
  }
  if (session.recv_sizes.length === 0) {
    return datagrams ? 'No datagram arrived.' : 'Nothing was received.';
  }
  const total = receiveCount(session);
  const what = datagrams
    ? `${count(total, 'datagram')} of`
    : `taken by the server in ${count(total, 'receive')}:`;
  const lost =
    session.truncated > 0
      ? ` ${count(session.truncated, 'datagram')} did not fit into the buffer and lost the rest.`
      : '';
  return `${count(session.bytes_received, 'byte')}, ${what} ${runWords(session.recv_sizes)}${session.recv_sizes_cut ? ' …' : ''}.${lost}`;
}

// The stream that a session received; `every` is the room of its receives.
function requestStream(session, every) {
  return {
    name: session.truncated !== undefined ? 'Datagrams to the server' : `${session.name} → server`,
    words: cutWords(session),
    length: session.bytes_received ?? 0,
    runs: session.recv_sizes,
    wrong: null,
    every: session.truncated !== undefined ? null : every,
    bytes: session.received ? decodeHex(session.received.hex) : new Uint8Array(),
  };
}

// The stream that a client received. Runs are known where the story tells each send.
function replyStream(client, runs, wrong) {
  const { length, hex } = client.received;
  const sent = runs
    ? `, sent in ${count(
        runs.reduce((sum, [, times]) => sum + times, 0),
        'piece',
      )}: ${runWords(runs)}`
    : '';
  const at = wrong?.at ?? null;
  const fault =
    at === null
      ? ''
      : at < length
        ? ` Byte ${number(at)} is not what was expected.`
        : ' Here it ends, where more was expected.';
  return {
    name: `server → ${client.name}`,
    words: `${count(length, 'byte')}${sent}.${fault}`,
    length,
    runs,
    wrong: at,
    every: null,
    around: wrong?.around ?? null,
    bytes: decodeHex(hex),
  };
}
