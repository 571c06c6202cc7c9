export type { RedisTopic } from './lib/redis-topic.ts';
export { RedisTopics, type RedisTopicsOptions } from './lib/redis-topics.ts';
export { TopicError, type TopicErrorCode } from './lib/topic-error.ts';
