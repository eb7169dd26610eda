/** Every driver passes one suite: here that of ACP, with a scripted agent. The others are in drivers.daemons.ts, real ones in test/real. */
import t from 'tap';
import { withLoad } from './scripted.ts';
import { driverSuite } from './suite.ts';

driverSuite(t, [withLoad]);
