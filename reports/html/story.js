// SPDX-License-Identifier: MIT
// What happened, as a list of items for the diagram and its table: from the story that the simulated
// world tells, or, where a report has none, put together from totals.
//
// An item is one of
//   { kind: 'step', pointer, failed }        a step begins
//   { kind: 'time', ns, passed }             the clock moved
//   { kind: 'move', path, label, tone }      something goes along the lanes of `path`, first to last
//   { kind: 'note', lane, label, tone }      something happens at one lane
//   { kind: 'gap', label }                   something is left out here
//   { kind: 'fail', label }                  the end: what was found
// with the lanes 'wire', 'server', 'plugin' and the names of clients. A tone is one of 'request',
// 'reply', 'control', 'fault' and 'error'.

const CLIENT_LANES_MAX = 5;
const OTHERS = 'other clients';
const TOTALS_RUNS_MAX = 12;

// bob#2 is bob's second connection.
function baseName(name) {
  return name.replace(/#\d+$/, '');
}

// Which lane a client has; there is room for few, so that many share one.
function clientLanes(names) {
  const all = [...new Set(names.map(baseName))];
  const own = all.length > CLIENT_LANES_MAX ? all.slice(0, CLIENT_LANES_MAX - 1) : all;
  const lanes = all.length > own.length ? [...own, OTHERS] : own;
  return {
    lanes,
    laneOf: (name) => (own.includes(baseName(name)) ? baseName(name) : OTHERS),
    many: all.length > 1,
  };
}

const DATA_ROOM = 30; // characters of payload in a label

function dataText(data) {
  if (!data) {
    return '';
  }
  const text = quoted(decodeHex(data.hex), DATA_ROOM);
  return ` ${text}${data.hex.length / 2 < data.length && !text.endsWith('…') ? '…' : ''}`;
}

// A call as its caller wrote it: send(5) = 5 or recv(1024) = ECONNRESET.
function callText(event) {
  const argument = event.size ?? event.how ?? event.backlog ?? event.question ?? event.option ?? '';
  const peer = event.from ? ` from ${event.from}` : event.to ? ` to ${event.to}` : '';
  return `${event.event}(${argument}) = ${event.error ?? event.result}${peer}`;
}

// What moves when a call moves bytes.
function transferLabel(event, name) {
  const moved = event.result;
  const sends = event.event.startsWith('send');
  const part =
    sends && moved < event.size
      ? ` of ${number(event.size)}`
      : !sends && moved > event.size
        ? ` (${number(event.size)} fit)`
        : '';
  return `${name}${sends ? 'send' : 'recv'} ${number(moved)}${part}${dataText(event.data)}`;
}

// Turns events into items. One for each story, since it remembers what sessions hold back.
class StoryTeller {
  constructor(clients) {
    this.clients = clients;
    this.held = new Map(); // session: reply that the network did not take yet
  }

  // The caller's lane and, where several sessions share the server's, what to call it.
  speaker(who) {
    if (who === 'server' || who === undefined) {
      return { lane: 'server', name: '' };
    }
    if (who.startsWith('server:')) {
      return { lane: 'server', name: this.clients.many ? `${who.slice(7)}: ` : '' };
    }
    const lane = this.clients.laneOf(who);
    return { lane, name: lane === who ? '' : `${who}: ` };
  }

  failed(event, { lane, name }) {
    const label = `${name}${callText(event)}${event.fault ? ' — injected fault' : ''}`;
    return {
      kind: 'note',
      lane,
      label,
      tone: event.fault ? 'fault' : event.error === 'EINPROGRESS' ? 'control' : 'error',
    };
  }

  received(event, { lane, name }) {
    const server = lane === 'server';
    const tone = event.fault ? 'fault' : event.result === 0 ? 'control' : server ? 'request' : 'reply';
    const from = event.from ? `${event.from}: ` : name;
    const end = event.result === 0 && event.event === 'recv';
    const label =
      (end ? `${name}end of stream` : transferLabel(event, from)) + (event.fault ? ' — injected fault' : '');
    const path = server && !end ? ['wire', 'server', 'plugin'] : ['wire', lane];
    return { kind: 'move', path, label, tone };
  }

  // A reply comes from the plugin, but for the rest of one that was sent in parts.
  sent(event, { lane, name }) {
    const server = lane === 'server';
    const rest = event.size === undefined || event.error ? event.size : event.size - event.result;
    const again = (this.held.get(event.who) ?? 0) > 0;
    this.held.set(event.who, rest > 0 && (!event.error || event.error === 'EAGAIN') ? rest : 0);
    if (event.error) {
      return this.failed(event, { lane, name });
    }
    const to = event.to ? `${event.to}: ` : name;
    const label = transferLabel(event, to) + (event.fault ? ' — injected fault' : '');
    const path = server ? [...(again ? [] : ['plugin']), 'server', 'wire'] : [lane, 'wire'];
    return { kind: 'move', path, label, tone: event.fault ? 'fault' : server ? 'reply' : 'request' };
  }

  control(event, { lane, name }) {
    if (event.event === 'accept') {
      return {
        kind: 'move',
        path: ['wire', 'server'],
        label: `accept ${event.from ?? ''}`,
        tone: event.fault ? 'fault' : 'control',
      };
    }
    if (event.event === 'listen') {
      return { kind: 'note', lane, label: `listens, backlog ${event.backlog ?? '?'}`, tone: 'control' };
    }
    const words = {
      connect: 'connect',
      close: 'close',
      shutdown: event.how === 'read' ? 'stop reading' : 'half-close',
    };
    return {
      kind: 'move',
      path: [lane, 'wire'],
      label: `${name}${words[event.event] ?? callText(event)}`,
      tone: 'control',
    };
  }

  // null for what only the table shows.
  item(event) {
    const speaker = this.speaker(event.who);
    switch (event.event) {
      case 'socket':
      case 'bind':
      case 'set':
        return event.error ? this.failed(event, speaker) : null;
      case 'send':
      case 'sendto':
        return this.sent(event, speaker);
      case 'recv':
      case 'recvfrom':
        return event.error ? this.failed(event, speaker) : this.received(event, speaker);
      case 'connect':
        return event.error === 'EINPROGRESS' || !event.error
          ? this.control(event, speaker)
          : this.failed(event, speaker);
      case 'ask':
        return event.error
          ? {
              kind: 'move',
              path: ['wire', speaker.lane],
              label: `${speaker.name}${event.error}`,
              tone: 'error',
            }
          : null;
      default:
        return event.error ? this.failed(event, speaker) : this.control(event, speaker);
    }
  }
}

function namesOf(details, events) {
  const speakers = events
    .map((event) => event.who?.replace(/^server:/, ''))
    .filter((who) => who && who !== 'server' && who !== 'udp');
  return [...details.clients.map((client) => client.name), ...speakers];
}

function endItems(details) {
  return details.failure ? [{ kind: 'fail', label: details.failure.sentence }] : [];
}

// From the story: { lanes, items, rows }, where rows are for the table.
function toldStory(details, story) {
  const clients = clientLanes(namesOf(details, story.events));
  const teller = new StoryTeller(clients);
  const last = lastIndex(
    story.events,
    (event) => event.step !== undefined && event.step === details.failure?.step,
  );
  const gapAt = story.omitted > 0 ? Math.min(40, story.events.length) : -1;
  const items = [];
  let now = 0;
  story.events.forEach((event, i) => {
    if (i === gapAt) {
      items.push({ kind: 'gap', label: `${count(story.omitted, 'event')} left out here` });
    }
    if (event.at_ns > now) {
      items.push({ kind: 'time', ns: event.at_ns, passed: event.at_ns - now });
      now = event.at_ns;
    }
    const item =
      event.step !== undefined
        ? { kind: 'step', pointer: event.step, failed: i === last }
        : teller.item(event);
    if (item) {
      items.push(item);
    }
  });
  if (gapAt === story.events.length) {
    items.push({ kind: 'gap', label: `${count(story.omitted, 'event')} left out here` });
  }
  return { lanes: clients.lanes, items: [...items, ...endItems(details)], rows: story.events };
}

// The receives of a session, each with the bytes it brought as far as they were kept.
function* receives(session) {
  const head = session.received ? decodeHex(session.received.hex) : new Uint8Array();
  let at = 0;
  for (const [size, times] of session.recv_sizes ?? []) {
    for (let i = 0; i < times; i++) {
      yield { size, bytes: head.slice(at, at + size) };
      at += size;
    }
  }
}

function receiveItems(session, name) {
  const items = [];
  const total = (session.recv_sizes ?? []).reduce((sum, [, times]) => sum + times, 0);
  for (const { size, bytes } of receives(session)) {
    if (items.length === TOTALS_RUNS_MAX) {
      items.push({ kind: 'gap', label: `${count(total - TOTALS_RUNS_MAX, 'more receive')}` });
      break;
    }
    const data = bytes.length > 0 ? { length: size, hex: Array.from(bytes, hexByte).join('') } : null;
    items.push({
      kind: 'move',
      path: ['wire', 'server', 'plugin'],
      label: `${name}recv ${number(size)}${dataText(data)}`,
      tone: 'request',
    });
  }
  if (items.length === 0 && session.bytes_received > 0) {
    items.push({
      kind: 'move',
      path: ['wire', 'server', 'plugin'],
      label: `${name}${number(session.bytes_received)} bytes in receives of unknown size`,
      tone: 'request',
    });
  }
  return items;
}

// What one connection did, its own order guessed: request, receives, reply, end.
function connectionItems(client, session, clients) {
  const lane = clients.laneOf(client.name);
  const name = clients.many || lane !== client.name ? `${client.name}: ` : '';
  const items = [];
  if (client.sent?.length > 0) {
    items.push({
      kind: 'move',
      path: [lane, 'wire'],
      label: `${name}send ${number(client.sent.length)}${dataText(client.sent)}`,
      tone: 'request',
    });
  }
  items.push(...(session ? receiveItems(session, name) : []));
  if (client.received?.length > 0) {
    items.push({
      kind: 'move',
      path: ['plugin', 'server', 'wire', lane],
      label: `${name}reply ${number(client.received.length)}${dataText(client.received)}`,
      tone: 'reply',
    });
  }
  if (client.end) {
    items.push({
      kind: 'move',
      path: ['server', 'wire', lane],
      label: `${name}${client.end === 'eof' ? 'end of stream' : 'reset'}`,
      tone: client.end === 'eof' ? 'control' : 'error',
    });
  }
  return items;
}

// From totals: the same shape, without rows.
function totalsStory(details) {
  const shown = details.clients.slice(0, 2 * CLIENT_LANES_MAX);
  const clients = clientLanes(shown.map((client) => client.name));
  const sessions = new Map(details.sessions.map((session) => [session.name, session]));
  const items = [];
  for (const client of shown) {
    const session = sessions.get(client.name);
    if (session) {
      items.push({
        kind: 'move',
        path: [clients.laneOf(client.name), 'wire', 'server'],
        label: `${client.name} connects`,
        tone: 'control',
      });
    }
    items.push(...connectionItems(client, session, clients));
  }
  const datagrams = sessions.get('udp');
  if (datagrams && !details.clients.some((client) => client.name === 'udp')) {
    items.push(...receiveItems(datagrams, ''));
  }
  const left = details.clients.length - shown.length + (details.clients_omitted ?? 0);
  if (left > 0) {
    items.push({ kind: 'gap', label: `${count(left, 'more connection')}` });
  }
  return {
    lanes: clients.lanes,
    items: items.length > 0 ? [...items, ...endItems(details)] : [],
    rows: null,
  };
}
