/** A program that says by its exit status whether the system works. */
export interface HealthCheck {
	/** Name of its file: `10-web`. */
	readonly name: string;
	readonly path: string;
	readonly requirement: Requirement;
	/** The program that reads the file, for those that need not be executable. */
	readonly interpreter: 'bash' | undefined;
}

/** Whether a deployment is bad when the check fails, or that is only told. */
export type Requirement = 'required' | 'wanted';

export interface CheckResult {
	readonly name: string;
	readonly path: string;
	readonly requirement: Requirement;
	readonly outcome: 'passed' | 'failed' | 'timed-out';
	/** As a shell has it: 126 and 127 when it could not be run, 128 and a signal's number. */
	readonly exitStatus: number;
	readonly seconds: number;
	/** The end of what it printed. */
	readonly output: string;
}

/** Names of the required checks that did not pass; with none, the system is healthy. */
export function failedRequirements(results: readonly CheckResult[]): string[] {
	return results
		.filter(({requirement, outcome}) => requirement === 'required' && outcome !== 'passed')
		.map(({name}) => name);
}
