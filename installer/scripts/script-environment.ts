/** When a script runs. */
export type ScriptMoment = 'pre' | 'pre-install' | 'post' | 'on-error';

/** What a script is told; what is undefined it is not. None of it is a secret: others can read it. */
export interface ScriptFacts {
	readonly moment: ScriptMoment;
	readonly disk: string | undefined;
	/** Where the new system is mounted, for scripts outside of it. */
	readonly target?: string;
	/** What the installation told so far, one line each. */
	readonly log?: string;
	/** Of a failure: the message, and the step that went on. */
	readonly error?: string;
	readonly step?: string;
	/** What the disk is after a failure. */
	readonly result?: 'unchanged' | 'unfinished';
}

/** Kickstarts are written for an installer that is called by its kind. */
const prefixes = ['SLIPWAY', 'INSTALLER'] as const;

/** Variables of a script: `SLIPWAY_DISK`, and the same as `INSTALLER_DISK`. */
export function scriptEnvironment({moment, ...facts}: ScriptFacts): Record<string, string> {
	const said = Object.entries({script: moment, ...facts}).flatMap(([name, value]) =>
		value === undefined ? [] : [[name.toUpperCase(), value] as const],
	);
	return Object.fromEntries(
		prefixes.flatMap((prefix) => said.map(([name, value]) => [`${prefix}_${name}`, value])),
	);
}
