// The tasks as workerpool wants them.
import workerpool from 'workerpool';
import { increment, size, waitForEver } from './tasks.ts';

workerpool.worker({ increment, size, waitForEver });
