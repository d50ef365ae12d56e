import {Lacking} from '../../engine/errors.ts';
import type {InstallerPort} from './port.ts';
import {terminalDevice} from './terminal/device.ts';
import {isSerial, type UiMode} from './terminal/levels.ts';
import {ownLevels} from './terminal/own-levels.ts';

/** Shows the screens, or asks line by line where those would not do. @returns the exit status */
export async function runUi(
	port: InstallerPort,
	asked: UiMode,
	signal: AbortSignal,
): Promise<number> {
	const {stdin: input, stdout: output, env} = process;
	const levels = ownLevels(asked);
	if (levels.mode === 'plain' || !(input.isTTY && output.isTTY)) {
		if (asked === 'rich' || asked === 'basic')
			throw new Lacking('no-terminal', `there is no terminal for --ui=${asked}`, {
				hint: 'Start the container with -it, or use --ui=plain.',
			});
		const {runPlain} = await import('./plain/run-plain.ts');
		return await runPlain(port, {input, output}, signal);
	}
	const {runScreens} = await import('./screens.ts');
	const streams = {input, output, name: env.TERM, isSerial: isSerial(terminalDevice())};
	return await runScreens(port, streams, levels, signal);
}
