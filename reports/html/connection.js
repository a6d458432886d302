// SPDX-License-Identifier: MIT
// The connections of a result: what each sent, how it was cut, what came back, how it ended.

const CONNECTIONS_MAX = 6; // drawn at once
const RECEIVE_BYTES = 1024;

// How much a server's receive takes: as the story says, else the default.
function receiveRoom(story) {
  const event = story?.events.find(
    (found) => found.who?.startsWith('server') && found.event?.startsWith('recv') && found.size > 0,
  );
  return event?.size ?? RECEIVE_BYTES;
}

// Sizes as runs: [2, 2, 5] are [[2, 2], [5, 1]].
function runsOf(sizes) {
  const runs = [];
  for (const size of sizes) {
    const last = runs[runs.length - 1];
    if (last && last[0] === size) {
      last[1]++;
    } else {
      runs.push([size, 1]);
    }
  }
  return runs;
}

// What the server sent to a client, as runs; null where the story does not tell all.
function sendRuns(story, client) {
  if (!story || story.omitted > 0) {
    return null;
  }
  const sizes = story.events
    .filter(
      (event) =>
        event.result > 0 &&
        ((event.who === `server:${client.name}` && event.event === 'send') ||
          (event.event === 'sendto' && event.to === client.name)),
    )
    .map((event) => event.result);
  return sizes.length > 0 && sizes.reduce((sum, size) => sum + size, 0) === client.received.length
    ? runsOf(sizes)
    : null;
}

function startsAt(bytes, part, at) {
  return part.every((byte, i) => bytes[at + i] === byte);
}

// Where an excerpt stands in a client's stream: its difference from the excerpt's own position. null
// where it is not to be found, or at more than one place.
function placeOf(actual, evidence, received) {
  if (evidence.length === received.length && evidence.hash !== undefined && evidence.hash === received.hash) {
    return 0;
  }
  const bytes = decodeHex(received.hex);
  const places = [];
  for (let at = 0; at + actual.bytes.length <= bytes.length && actual.bytes.length > 0; at++) {
    if (startsAt(bytes, actual.bytes, at)) {
      places.push(at - actual.start);
    }
  }
  return places.length === 1 ? places[0] : null;
}

// The byte of a client's stream that was wrong: { client, at, around }, or null where that is not known;
// around are the bytes near it.
function wrongByte(details) {
  const wanted = excerpt(details.failure?.expected);
  const actual = excerpt(details.failure?.actual);
  const difference = wanted && actual ? firstDifference(wanted, actual) : null;
  if (difference === null) {
    return null;
  }
  const found = details.clients
    .filter((client) => client.received?.length > 0)
    .map((client) => ({ client, place: placeOf(actual, details.failure.actual, client.received) }))
    .filter(({ place }) => place !== null);
  if (found.length !== 1) {
    return null;
  }
  const { client, place } = found[0];
  return {
    client: client.name,
    at: Math.min(difference + place, client.received.length),
    around: { start: actual.start + place, bytes: actual.bytes },
  };
}

const CLIENT_ENDS = {
  eof: 'The server closed the connection (end of stream).',
  reset: 'The server reset the connection.',
};
const SESSION_ENDS = {
  open: 'still open',
  eof: 'its client ended the stream',
  reset: 'its client reset the connection',
  broken: 'the connection broke',
  plugin: 'the plugin closed it',
  protocol_error: 'the plugin called it a protocol error',
  limit: 'it reached a limit',
  idle: 'it was silent for too long',
  stopped: 'the server was stopped',
  failure: 'the plugin failed',
};

function endWords(client, session) {
  const words = [];
  if (client) {
    words.push(
      client.end
        ? (CLIENT_ENDS[client.end] ?? `The connection ended: ${client.end}.`)
        : 'The server did not end the connection.',
    );
  }
  if (session) {
    words.push(`For the server: ${SESSION_ENDS[session.end] ?? session.end}.`);
  }
  return words.join(' ');
}

// One connection: its client, its session, or both.
function connectionBlock({ name, client, session }, context) {
  const { story, wrong } = context;
  const row = (term, words) => [h('dt', {}, term), h('dd', {}, words)];
  const mine = wrong?.client === name ? wrong : null;
  return h(
    'div',
    { class: 'connection' },
    h('h4', {}, name === 'udp' ? 'The server (UDP)' : name),
    h(
      'dl',
      {},
      client && row('Sent', streamText(client.sent, 120)),
      client && row('Came back', streamText(client.received, 120)),
      row('End', endWords(client, session)),
    ),
    session && session.bytes_received !== null && rulerBox(requestStream(session, receiveRoom(story))),
    session &&
      session.bytes_received === null &&
      h('p', { class: 'faint' }, 'What the server received depends on the kernel and is not recorded.'),
    client?.received?.length > 0 && rulerBox(replyStream(client, sendRuns(story, client), mine)),
  );
}

// Clients with their sessions, in order of connecting.
function connectionsOf(details) {
  const sessions = new Map(details.sessions.map((session) => [session.name, session]));
  const list = details.clients.map((client) => {
    const session = sessions.get(client.name);
    sessions.delete(client.name);
    return { name: client.name, client, session };
  });
  return [...list, ...[...sessions.values()].map((session) => ({ name: session.name, session }))];
}

// null where there was no connection.
function connectionSection(details, story) {
  const all = connectionsOf(details);
  if (all.length === 0) {
    return null;
  }
  const wrong = wrongByte(details);
  // The one in which something was wrong is never hidden.
  const rank = ({ name }) => (wrong && wrong.client === name ? 0 : 1);
  const ordered = all.length > CONNECTIONS_MAX ? [...all].sort((a, b) => rank(a) - rank(b)) : all;
  const context = { story, wrong };
  const place = h('div', {});
  const button = h('button', { type: 'button' });
  let shown = 0;
  const more = () => {
    place.append(
      ...ordered
        .slice(shown, shown + CONNECTIONS_MAX)
        .map((connection) => connectionBlock(connection, context)),
    );
    shown = Math.min(shown + CONNECTIONS_MAX, ordered.length);
    button.hidden = shown === ordered.length;
    button.textContent = `Show ${count(Math.min(ordered.length - shown, CONNECTIONS_MAX), 'more connection')} of ${number(ordered.length - shown)}`;
  };
  button.addEventListener('click', more);
  more();
  const omitted = Math.max(details.clients_omitted ?? 0, details.sessions_omitted ?? 0);
  return section(
    'What was sent, how it was cut, what came back',
    place,
    button,
    omitted > 0 &&
      h('p', { class: 'faint' }, `The report leaves out ${count(omitted, 'further connection')}.`),
  );
}

function shortList(lines, most = 3) {
  const left = lines.length - most;
  return h(
    'ul',
    { class: 'plain' },
    lines.slice(0, most).map((line) => h('li', {}, line)),
    left > 0 && h('li', { class: 'faint' }, `and ${count(left, 'more connection')}, below`),
  );
}

// The failure in four lines: sent, cut, came back, expected.
function inShort(details) {
  const all = connectionsOf(details);
  const named = (name, words) => (all.length > 1 ? [h('strong', {}, `${name}: `), words] : words);
  const sent = all
    .filter(({ client }) => client)
    .map(({ name, client }) => named(name, streamText(client.sent)));
  const cuts = all
    .filter(({ session }) => session)
    .map(({ name, session }) => named(name, cutWords(session)));
  const came = all
    .filter(({ client }) => client)
    .map(({ name, client }) => named(name, streamText(client.received)));
  const row = (term, words) => words && [h('dt', {}, term), h('dd', {}, words)];
  const { expected, actual } = details.failure ?? {};
  const said =
    all.length === 1 && actual?.hash !== undefined && actual.hash === all[0].client?.received?.hash;
  return h(
    'dl',
    { class: 'short' },
    sent.length > 0 && row('Sent', shortList(sent)),
    cuts.length > 0 && row('How it was cut', shortList(cuts)),
    came.length > 0 && row('Came back', shortList(came)),
    row('Expected', evidenceWords(expected, actual)),
    !said && row('Instead came', evidenceWords(actual, expected)),
  );
}
