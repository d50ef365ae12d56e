import {readFile, stat} from 'node:fs/promises';
import {UsageError} from '../../engine/errors.ts';
import {parseAuthFile} from '../../engine/oci/settings/auth-file.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {Answers, UserAnswers} from '../../installer/answers/answers.ts';
import {Secret} from '../../installer/answers/secret.ts';
import {keyMistake} from '../../installer/bootstrap/accounts/authorized-keys.ts';
import {isPasswordHash} from '../../installer/bootstrap/accounts/password-hash.ts';
import {carelessFile, isReadableByAll} from '../../installer/bootstrap/careless-file.ts';
import {hostnameHint, isHostname} from '../../installer/bootstrap/system/hostname.ts';
import type {Arguments, OptionDefinitions} from './command.ts';

/** What an install can be told without a file of answers. Secrets come in files: others see command lines. */
export const answerOptions = {
	hostname: {type: 'string', value: 'NAME', help: 'Host name of the machine.'},
	'root-ssh-authorized-keys': {
		type: 'string',
		value: 'FILE',
		help: 'Public keys that may log in as root, one a line.',
	},
	user: {
		type: 'string',
		value: 'NAME',
		help: 'Make this user. Without a password or key nobody can log in as the user.',
	},
	'user-ssh-key': {
		type: 'string',
		value: 'FILE',
		multiple: true,
		help: 'Public keys that may log in as the user, one a line. May be given several times.',
	},
	'user-password-hash-file': {
		type: 'string',
		value: 'FILE',
		help: 'A file with the hash of the password of the user, as openssl passwd -6 prints it.',
	},
	'auth-file': {
		type: 'string',
		value: 'FILE',
		help: 'Registry credentials for updates, as podman login --authfile writes them.',
	},
} as const satisfies OptionDefinitions;

export type AnswerOptions = Arguments<typeof answerOptions, Record<never, never>>['options'];

/**
 * The answers with what the options say; that goes first. Files with secrets that everybody can read are
 * reported.
 * @throws UsageError for a file that cannot be read or does not hold what it should, a host name that is
 * none, or an option that belongs to another
 */
export async function withAnswerOptions(
	answers: Answers,
	options: AnswerOptions,
	report: ProgressReporter,
): Promise<Answers> {
	const {hostname, 'root-ssh-authorized-keys': rootKeys, 'auth-file': authFile} = options;
	if (hostname !== undefined && !isHostname(hostname))
		throw new UsageError(`--hostname: ${JSON.stringify(hostname)} is no host name`, {
			hint: hostnameHint,
		});
	if (authFile !== undefined) await checkAuthFile(authFile);
	const user = await userOf(options, report);
	return {
		...answers,
		system: {...answers.system, hostname: hostname ?? answers.system.hostname},
		root: {
			...answers.root,
			sshKeys: rootKeys === undefined ? answers.root.sshKeys : await readKeys(rootKeys),
		},
		users: user === undefined ? answers.users : withUser(answers.users, user),
		registry: {
			...answers.registry,
			auth: authFile === undefined ? answers.registry.auth : {kind: 'file', path: authFile},
		},
	};
}

async function userOf(
	{user: name, 'user-ssh-key': keyFiles, 'user-password-hash-file': hashFile}: AnswerOptions,
	report: ProgressReporter,
): Promise<GivenUser | undefined> {
	if (name === undefined) {
		if (hashFile === undefined && keyFiles.length === 0) return undefined;
		const option = hashFile === undefined ? '--user-ssh-key' : '--user-password-hash-file';
		throw new UsageError(`${option} is given, and no user`, {hint: 'Give --user=NAME too.'});
	}
	const sshKeys: string[] = [];
	for (const file of keyFiles) sshKeys.push(...(await readKeys(file)));
	const passwordHash = hashFile === undefined ? undefined : await readHash(hashFile, report);
	return {
		name,
		...(keyFiles.length > 0 && {sshKeys}),
		...(passwordHash !== undefined && {passwordHash}),
	};
}

/** What options say of a user, and no more. */
type GivenUser = Pick<UserAnswers, 'name'> & Partial<Pick<UserAnswers, 'sshKeys' | 'passwordHash'>>;

/** What is given goes over what the answers have of that user. */
function withUser(users: readonly UserAnswers[], given: GivenUser): readonly UserAnswers[] {
	const isKnown = users.some(({name}) => name === given.name);
	if (!isKnown) return [...users, {...newUser, ...given}];
	return users.map((user) => (user.name === given.name ? {...user, ...given} : user));
}

const newUser: Omit<UserAnswers, 'name'> = {
	passwordHash: undefined,
	sshKeys: [],
	gecos: undefined,
	uid: undefined,
	gid: undefined,
	groups: [],
	shell: undefined,
	home: undefined,
	sudo: 'none',
};

async function readHash(file: string, report: ProgressReporter): Promise<Secret> {
	const hash = new Secret((await read(file)).trim());
	if (await isReadableByAll(file)) report(carelessFile(file));
	const hint = 'Write a hash to it: openssl passwd -6';
	if (hash.reveal() === '')
		throw new UsageError(`${file} is empty, and would let anybody in`, {hint});
	if (!isPasswordHash(hash)) throw new UsageError(`${file} holds no hash of a password`, {hint});
	return hash;
}

/** What is no plain file can be read only once, by who needs it. */
async function checkAuthFile(file: string): Promise<void> {
	const stats = await stat(file).catch(() => undefined);
	if (stats === undefined || stats.isFile()) parseAuthFile(file, Buffer.from(await read(file)));
}

/** Without blank lines and comments. */
async function readKeys(file: string): Promise<string[]> {
	const hint = 'Give a file such as ~/.ssh/id_ed25519.pub, with one key on each line.';
	const keys: string[] = [];
	for (const [index, text] of (await read(file)).split('\n').entries()) {
		const line = text.trim();
		if (line === '' || line.startsWith('#')) continue;
		const mistake = keyMistake(line);
		if (mistake !== undefined) throw new UsageError(`${file}:${index + 1}: ${mistake}`, {hint});
		keys.push(line);
	}
	if (keys.length > 0) return keys;
	throw new UsageError(`${file} holds no public key`, {hint});
}

async function read(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (cause) {
		const {code = 'unknown error'} = cause as NodeJS.ErrnoException;
		throw new UsageError(`${file} cannot be read: ${code}`, {
			hint: 'Correct the path; in a container, mount the file there.',
			cause,
		});
	}
}
