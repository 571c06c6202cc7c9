// Tests see answers; their access log is noise. Imported for its effect.
import { accessLog } from '@typhoon/log';

accessLog.setLevel('CRITICAL');
