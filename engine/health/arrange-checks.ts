/** Which files of the folders of health checks are run, and in what order. */
import type {HealthCheck, Requirement} from './health-check.ts';

/** A folder of health checks. */
export interface CheckFolder {
	readonly path: string;
	readonly requirement: Requirement;
	/** Files in folders of the same family and requirement replace each other by name. */
	readonly family: 'slipway' | 'greenboot';
}

const slipwayFolders = ['/usr/lib/slipway/health.d', '/etc/slipway/health.d'] as const;
const greenbootFolders = ['/usr/lib/greenboot', '/etc/greenboot'] as const;

/** Later ones go before earlier ones; greenboot's are there so that checks made for it go on working. */
export const checkFolders: readonly CheckFolder[] = [
	...slipwayFolders.flatMap((folder): CheckFolder[] => [
		{path: folder, requirement: 'required', family: 'slipway'},
		{path: `${folder}/required`, requirement: 'required', family: 'slipway'},
		{path: `${folder}/wanted`, requirement: 'wanted', family: 'slipway'},
	]),
	...greenbootFolders.flatMap((folder): CheckFolder[] => [
		{path: `${folder}/check/required.d`, requirement: 'required', family: 'greenboot'},
		{path: `${folder}/check/wanted.d`, requirement: 'wanted', family: 'greenboot'},
	]),
];

/** What greenboot runs once it is known how the boot went; nobody minds how they end. */
export function aftermathFolders(isHealthy: boolean): CheckFolder[] {
	const name = isHealthy ? 'green.d' : 'red.d';
	return greenbootFolders.map((folder) => ({
		path: `${folder}/${name}`,
		requirement: 'wanted',
		family: 'greenboot',
	}));
}

export interface FoundFile {
	readonly folder: CheckFolder;
	readonly name: string;
	/** Behind links. A link to /dev/null masks. */
	readonly kind: 'executable' | 'plain' | 'mask' | 'missing' | 'other';
}

export interface ArrangedChecks {
	/** Required ones first, each by name. */
	readonly checks: readonly HealthCheck[];
	/** Files that somebody may have meant as checks. */
	readonly skipped: readonly SkippedFile[];
}

export interface SkippedFile {
	readonly path: string;
	/** Ends a sentence that begins with the path. */
	readonly reason: string;
}

/** @param found in the order of their folders */
export function arrangeChecks(found: readonly FoundFile[]): ArrangedChecks {
	const chosen = new Map<string, FoundFile>();
	for (const file of found) {
		const {family, requirement} = file.folder;
		if (isMeant(file)) chosen.set(`${family}/${requirement}/${file.name}`, file);
	}
	const files = [...chosen.values()].sort(inOrder);
	return {
		checks: files.filter(isRunnable).map(toCheck),
		skipped: files.flatMap((file) => {
			const reason = reasonToSkip(file);
			return reason === undefined ? [] : [{path: pathOf(file), reason}];
		}),
	};
}

/** Hidden files and folders lie there for other reasons; greenboot looks at scripts alone. */
function isMeant({name, kind, folder}: FoundFile): boolean {
	if (kind === 'other' || name.startsWith('.')) return false;
	return folder.family === 'slipway' || name.endsWith('.sh');
}

/** greenboot gives its scripts to bash, so they need not be executable. */
function isRunnable({kind, folder}: FoundFile): boolean {
	return kind === 'executable' || (kind === 'plain' && folder.family === 'greenboot');
}

function reasonToSkip(file: FoundFile): string | undefined {
	if (file.kind === 'missing') return 'is a link that leads nowhere';
	return file.kind === 'plain' && !isRunnable(file) ? 'is not executable' : undefined;
}

function toCheck(file: FoundFile): HealthCheck {
	const {requirement, family} = file.folder;
	const interpreter = family === 'greenboot' ? 'bash' : undefined;
	return {name: file.name, path: pathOf(file), requirement, interpreter};
}

function pathOf({folder, name}: FoundFile): string {
	return `${folder.path}/${name}`;
}

function inOrder(a: FoundFile, b: FoundFile): number {
	const rank = ({folder}: FoundFile): number => (folder.requirement === 'required' ? 0 : 1);
	const key = (file: FoundFile): string => `${file.name}/${pathOf(file)}`;
	return rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1);
}
