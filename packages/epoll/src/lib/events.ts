// The numbers that cross between the languages; native/epoll.h and native/binding.h say the same.

/** What happened to a slot, and what the event's fourth number means. */
export const EventKind = {
  /** Bytes came: how many. They lie behind those of the events before it. */
  data: 1,
  /** The peer sends no more. */
  eof: 2,
  /** A connection was accepted: the listener's slot. */
  accept: 3,
  /** An attempt to connect succeeded. */
  connected: 4,
  /** The descriptor is closed: errno, or 0 after an orderly end. The slot's last event. */
  lost: 5,
  /** Bytes wait to be sent, or wait no more: how many. */
  progress: 6,
  /** A raw descriptor is ready: the mask. */
  raw: 7,
  /** No descriptor is left; listeners accept nothing until one is closed here, or `resumeAccepting`: errno. */
  starved: 8,
} as const;

/** What a noted send does instead of sending, in place of its `start`, once all before it is sent. */
export const SendKind = {
  /** Our half of the stream ends. */
  end: -1,
  /** The connection is closed. */
  close: -2,
} as const;
