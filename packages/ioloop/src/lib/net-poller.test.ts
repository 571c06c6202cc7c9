import { describe, it } from 'vitest';
import { NetPoller } from './net-poller.ts';
import { testPoller } from './testing/poller-suite.ts';

testPoller('net', (loop) => new NetPoller(loop), { describe, it });
