import type {AskSecret} from './encryption-options.ts';

/** Asks on the terminal of this process; undefined where there is none. */
export function terminalSecrets(): AskSecret | undefined {
	const {stdin, stderr} = process;
	if (!stdin.isTTY || !stderr.isTTY) return undefined;
	return async (question) => {
		// Most commands ask nothing.
		const {lineReader} = await import('../tui/plain/line-reader.ts');
		const reader = lineReader(stdin);
		stderr.write(question);
		try {
			return await reader.readSecret();
		} finally {
			reader.close();
			stderr.write('\n');
		}
	};
}
