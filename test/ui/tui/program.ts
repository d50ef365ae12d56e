/**
 * The screens with a machine that is made up, as a program of its own: what a terminal would show.
 *
 *   node test/ui/tui/program.ts [MODE] [DISKS]
 */

import {runUi} from '../../../ui/tui/run-ui.ts';
import {type UiMode, uiModes} from '../../../ui/tui/terminal/levels.ts';
import {disks, fakePort, manyDisks} from './fake-port.ts';

const [, , mode = 'auto', which] = process.argv;
const asked: UiMode = uiModes.find((known) => known === mode) ?? 'auto';
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const status = await runUi(
	fakePort({listDisks: async () => (which === 'many' ? manyDisks : disks)}),
	asked,
	stop.signal,
);
process.exit(status);
