/** Checks of an image's root file system that its author can run before anybody installs it. */
import type {ImageRoot} from './image-root.ts';

/** An error makes an image that does not install or boot; a warning one that disappoints. */
export type Severity = 'error' | 'warning' | 'note';

export interface Check {
	/** Stable; kebab-case. */
	readonly name: string;
	readonly severity: Severity;
	/** Why it matters, as a sentence. */
	readonly reason: string;
	/** What to write in the Containerfile, in the imperative. */
	readonly fix: string;
	/** What is wrong, each as a sentence without a full stop; nothing when all is well. */
	find(root: ImageRoot): Promise<readonly Problem[]>;
}

/** A message alone has its check's severity. */
export type Problem = string | {readonly message: string; readonly severity: Severity};

export interface Finding {
	readonly check: string;
	readonly severity: Severity;
	readonly message: string;
	readonly reason: string;
	readonly fix: string;
}

const severities: readonly Severity[] = ['error', 'warning', 'note'];

/** Runs all checks; errors come first, else in the order of the checks. */
export async function lint(root: ImageRoot, checks: readonly Check[]): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const {name, severity, reason, fix, find} of checks)
		for (const problem of await find(root))
			findings.push({
				check: name,
				...(typeof problem === 'string' ? {severity, message: problem} : problem),
				reason,
				fix,
			});
	return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}
