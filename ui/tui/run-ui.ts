import {existsSync} from 'node:fs';
import {Lacking} from '../../engine/errors.ts';
import type {InstallerPort} from './port.ts';
import {terminalDevice} from './terminal/device.ts';
import {detectLevels, isSerial, type UiMode} from './terminal/levels.ts';

/** Shows the screens, or asks line by line where those would not do. @returns the exit status */
export async function runUi(
	port: InstallerPort,
	asked: UiMode,
	signal: AbortSignal,
): Promise<number> {
	const {stdin: input, stdout: output, env} = process;
	const device = terminalDevice();
	const levels = detectLevels(asked, {env, device, hasScreenReader: hasScreenReader()});
	if (levels.mode === 'plain' || !(input.isTTY && output.isTTY)) {
		if (asked === 'rich' || asked === 'basic')
			throw new Lacking('no-terminal', `there is no terminal for --ui=${asked}`, {
				hint: 'Start the container with -it, or use --ui=plain.',
			});
		const {runPlain} = await import('./plain/run-plain.ts');
		return await runPlain(port, {input, output}, signal);
	}
	const {runScreens} = await import('./screens.ts');
	const streams = {input, output, name: env.TERM, isSerial: isSerial(device)};
	return await runScreens(port, streams, levels, signal);
}

/** Programs that read or feel a console leave one of these while they run. */
function hasScreenReader(): boolean {
	return ['/run/brltty.pid', '/run/brltty', '/run/espeakup.pid'].some((file) => existsSync(file));
}
