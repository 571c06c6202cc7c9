// The closing handshake (RFC 6455 §7.1). Owns: which step leads where. Must not know: sockets, timers, which side we are.
//
//                 sendClose                    receiveClose
//   [ open ] --------------> [ closeSent ] ------------------.
//      |      receiveClose                    sendClose      v      socketEnd
//      '------------------> [ closeReceived ] ---------> [ closeBoth ] ---> [ ended ]
//
// The end of the socket leads to `ended` from everywhere.

/** Where a connection is. Messages are sent only while it is `open`, and taken until a close frame has come. */
export type CloseState = 'open' | 'closeSent' | 'closeReceived' | 'closeBoth' | 'ended';

/** What can happen. */
export type CloseEvent = 'sendClose' | 'receiveClose' | 'socketEnd';

/** A missing entry is an event that changes nothing: a second close frame is not sent, and not heard. */
const CLOSING: Readonly<Record<CloseState, Partial<Record<CloseEvent, CloseState>>>> = {
  open: { sendClose: 'closeSent', receiveClose: 'closeReceived', socketEnd: 'ended' },
  closeSent: { receiveClose: 'closeBoth', socketEnd: 'ended' },
  closeReceived: { sendClose: 'closeBoth', socketEnd: 'ended' },
  closeBoth: { socketEnd: 'ended' },
  ended: {},
};

/** The state behind `event`; null if the event must not happen, or means nothing any more. */
export function closeStep(state: CloseState, event: CloseEvent): CloseState | null {
  return CLOSING[state][event] ?? null;
}
