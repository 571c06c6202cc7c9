// Loaded before the script that `typhoon-autoreload` runs.
import { reportRun } from './lib/run-reporter.ts';

reportRun();
