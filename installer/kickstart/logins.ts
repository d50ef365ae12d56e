import type {GroupAnswers, LoginAnswers, UserAnswers} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {isPasswordHash, passwordHashSyntax} from '../config/password-hash.ts';
import {absolutePath, accountId, accountName, sshKey} from '../config/value-fields.ts';
import {checked, checkedItems} from './checked.ts';
import type {LineOf} from './honoured-commands.ts';
import type {Given} from './options.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

/** Makes a hash of crypt(5). */
export type HashPassword = (password: Secret) => Secret;

export interface Logins {
	readonly root: LoginAnswers;
	readonly users: readonly UserAnswers[];
	readonly groups: readonly GroupAnswers[];
}

/** rootpw, user, group and sshkey together. */
export function loginsOf(lines: CommandLines, hash: HashPassword, report: Report): Logins {
	const users = lines.user.map((line) => userOf(line, lines, hash, report));
	const groups = lines.group.map((line) => groupOf(line, report));
	reportTwice(lines.user, report);
	reportTwice(lines.group, report);
	const names = new Set(['root', ...users.map(({name}) => name)]);
	for (const {options} of lines.sshkey) {
		const {username} = options;
		if (username === undefined || names.has(username.value)) continue;
		const found = JSON.stringify(username.value.slice(0, 64));
		const expected = 'root, or a user that a line makes';
		report.mistake(username.at, {key: 'sshkey --username', found, expected});
	}
	for (const {at} of lines.sshpw)
		report.note(at, 'sshpw changes nothing: nobody logs in to the system that installs');
	return {root: rootOf(lines, hash, report), users, groups};
}

function rootOf(lines: CommandLines, hash: HashPassword, report: Report): LoginAnswers {
	const line = lines.rootpw.at(-1);
	const sshKeys = keysOf('root', lines, report);
	if (line === undefined) return {passwordHash: undefined, sshKeys};
	const {lock, 'allow-ssh': allowSsh} = line.options;
	const [password] = line.words;
	if (password === undefined && lock === undefined) {
		const found = 'without a password';
		report.mistake(line.at, {key: 'rootpw', found, expected: 'one, or --lock'});
	}
	if (allowSsh !== undefined) {
		const found = 'a way to root for who guesses the password';
		report.warning(allowSsh.at, {key: 'rootpw --allow-ssh', found, expected: 'sshkey for root'});
	}
	return {passwordHash: passwordOf(line, password, 'rootpw', hash, report), sshKeys};
}

function userOf(
	line: LineOf<'user'>,
	lines: CommandLines,
	hash: HashPassword,
	report: Report,
): UserAnswers {
	const {name, password, gecos, uid, gid, groups, homedir, shell} = line.options;
	if (name?.value === 'root')
		report.mistake(name.at, {key: 'user --name', found: '"root"', expected: 'rootpw'});
	if (gecos !== undefined && /[:\r\n]/.test(gecos.value)) {
		const found = 'with a colon';
		report.mistake(gecos.at, {key: 'user --gecos', found, expected: 'a name without'});
	}
	return {
		name: checked(accountName, name, 'user --name', report) ?? '',
		gecos: gecos?.value,
		uid: checked(accountId, uid, 'user --uid', report),
		gid: checked(accountId, gid, 'user --gid', report),
		groups: checkedItems(accountName, groups, 'user --groups', report),
		shell: checked(absolutePath, shell, 'user --shell', report),
		home: checked(absolutePath, homedir, 'user --homedir', report),
		sudo: 'none',
		passwordHash: passwordOf(line, password, 'user --password', hash, report),
		sshKeys: keysOf(name?.value ?? '', lines, report),
	};
}

function groupOf({options}: LineOf<'group'>, report: Report): GroupAnswers {
	return {
		name: checked(accountName, options.name, 'group --name', report) ?? '',
		gid: checked(accountId, options.gid, 'group --gid', report),
	};
}

function keysOf(user: string, {sshkey}: CommandLines, report: Report): readonly string[] {
	return sshkey
		.filter(({options}) => options.username?.value === user)
		.map(({words}) => checked(sshKey, words[0], 'sshkey', report))
		.filter((key) => key !== undefined);
}

/**
 * A password in plain text is hashed here, and nothing else keeps it. The documentation of kickstart
 * takes hashes for users unless told otherwise, its program takes plain text; so what looks like a hash
 * is one.
 */
function passwordOf(
	{name, at, options}: LineOf<'user'> | LineOf<'rootpw'>,
	password: Given<string> | undefined,
	key: string,
	hash: HashPassword,
	report: Report,
): Secret | undefined {
	const {iscrypted, plaintext, lock} = options;
	if (iscrypted !== undefined && plaintext !== undefined) {
		const found = 'with --iscrypted and --plaintext';
		report.mistake(at, {key: name, found, expected: 'one of them'});
	}
	if (password === undefined) return undefined;
	const looksHashed = password.value.startsWith('$') && isPasswordHash(password.value);
	if (iscrypted !== undefined && !looksHashed) {
		const found = 'a text that is no hash';
		report.mistake(password.at, {key, found, expected: passwordHashSyntax});
		return undefined;
	}
	const isHash = iscrypted !== undefined || (looksHashed && plaintext === undefined);
	if (isHash && iscrypted === undefined)
		report.note(password.at, `${key} looks like a hash and is taken for one; --iscrypted says so`);
	if (!isHash && password.value === '') {
		report.mistake(password.at, {key, found: 'empty', expected: 'a password, or --lock'});
		return undefined;
	}
	if (!isHash)
		report.warning(password.at, {
			key,
			found: 'a password in plain text',
			expected: passwordHashSyntax,
		});
	if (lock !== undefined) return undefined;
	const secret = new Secret(password.value);
	return isHash ? secret : hash(secret);
}

function reportTwice(lines: readonly (LineOf<'user'> | LineOf<'group'>)[], report: Report): void {
	const seen = new Set<string>();
	for (const {name, options} of lines) {
		if (options.name === undefined) continue;
		const {value, at} = options.name;
		if (seen.has(value)) {
			const found = `${JSON.stringify(value.slice(0, 64))} a second time`;
			report.mistake(at, {key: `${name} --name`, found, expected: 'it once'});
		}
		seen.add(value);
	}
}
