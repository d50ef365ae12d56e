import {splitCommandLine, splitParameter} from '../../engine/boot/command-line.ts';

/** What the kernel's command line says about an installation that nobody asks about. */
export interface BootArguments {
	/** `slipway.config=`: a URL, a path, or `LABEL:path` on a volume; the last one of several. */
	readonly config: string | undefined;
	/** `slipway.config-sha256=`, in hex; needed with a URL. */
	readonly sha256: string | undefined;
	/** `slipway.wipe`: a configuration that merely was found may wipe. */
	readonly permitsWipe: boolean;
}

const yes: readonly string[] = ['', '1', 'yes', 'true', 'on'];

export function bootArguments(commandLine: string): BootArguments {
	const values = new Map(splitCommandLine(commandLine.trim()).map(splitParameter));
	return {
		config: values.get('slipway.config') || undefined,
		sha256: values.get('slipway.config-sha256') || undefined,
		permitsWipe: yes.includes(values.get('slipway.wipe') ?? 'no'),
	};
}
