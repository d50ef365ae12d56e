import {existsSync} from 'node:fs';
import {terminalDevice} from './device.ts';
import {detectLevels, type Levels, type UiMode} from './levels.ts';

/** What the terminal of this process can show. */
export function ownLevels(asked: UiMode): Levels {
	const device = terminalDevice();
	return detectLevels(asked, {env: process.env, device, hasScreenReader: hasScreenReader()});
}

/** Programs that read or feel a console leave one of these while they run. */
function hasScreenReader(): boolean {
	return ['/run/brltty.pid', '/run/brltty', '/run/espeakup.pid'].some((file) => existsSync(file));
}
