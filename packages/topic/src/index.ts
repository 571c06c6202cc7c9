export { Backlog, type SendLimitOptions, type SlowReaderPolicy } from './lib/backlog.ts';
export { LocalTopic } from './lib/local-topic.ts';
export { Published, type PublishOptions } from './lib/published.ts';
export { Subscribers } from './lib/subscribers.ts';
export type { Topic, TopicSubscriber } from './lib/topic.ts';
