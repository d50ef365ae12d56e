import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {read, said} from './reading.ts';

const test = suite('logins of a kickstart');

const hash = `$6$salt$${'a'.repeat(86)}`;
const plain = 'expected a hash such as "openssl passwd -6" prints';

test('have a hash, whatever way it is said', () => {
	const lines: readonly [line: string, hash: string | undefined, said: readonly string[]][] = [
		['rootpw --lock', undefined, []],
		[`rootpw --iscrypted '${hash}'`, hash, []],
		[`rootpw --lock --iscrypted '${hash}'`, undefined, []],
		[
			'rootpw secret',
			'hash of secret',
			[`warning a.ks:1:8: rootpw is a password in plain text, ${plain}`],
		],
		[
			'rootpw --plaintext "a b"',
			'hash of a b',
			[`warning a.ks:1:20: rootpw is a password in plain text, ${plain}`],
		],
		[
			`rootpw --plaintext '${hash}'`,
			`hash of ${hash}`,
			[`warning a.ks:1:20: rootpw is a password in plain text, ${plain}`],
		],
		[
			`rootpw '${hash}'`,
			hash,
			['note 1: rootpw looks like a hash and is taken for one; --iscrypted says so'],
		],
	];
	for (const [line, hash, expected] of lines) {
		const reading = read(line);
		assert.equal(said(reading), expected, line);
		assert.is(reading.answers.root.passwordHash?.reveal(), hash, line);
		const user = read(
			line.replace('rootpw', 'user --name=a').replace(/(['"].*['"]|secret)$/, '--password=$1'),
		);
		assert.equal(user.mistakes, [], line);
		assert.is(user.answers.users[0]?.passwordHash?.reveal(), hash, line);
	}
});

test('are refused with what is no hash, key or name; secrets are not shown', () => {
	const lines: readonly [text: string, ...mistakes: string[]][] = [
		['rootpw', '1:1: rootpw is without a password, expected one, or --lock'],
		['rootpw a b', '1:10: rootpw is 2 words beside options, expected one password'],
		['rootpw ""', '1:8: rootpw is empty, expected a password, or --lock'],
		['rootpw --iscrypted hunter2', `1:20: rootpw is a text that is no hash, ${plain}`],
		['rootpw --iscrypted $1$a$bcdefg', `1:20: rootpw is a text that is no hash, ${plain}`],
		[
			`rootpw --iscrypted --plaintext '${hash}'`,
			'1:1: rootpw is with --iscrypted and --plaintext, expected one of them',
		],
		['user', '1:1: user is without --name, expected --name=…'],
		[
			'user --name=Anna',
			'1:6: user --name is "Anna", expected a name of lower-case letters, digits, - and _',
		],
		['user --name=root', '1:6: user --name is "root", expected rootpw'],
		['user --name=a\nuser --name=a', '2:6: user --name is "a" a second time, expected it once'],
		['group --name=a\ngroup --name=a', '2:7: group --name is "a" a second time, expected it once'],
		[
			'user --name=a --uid=4294967295',
			'1:15: user --uid is 4294967295, expected an ID from 0 to 4294967293',
		],
		[
			'user --name=a --homedir=../x',
			'1:15: user --homedir is "../x", expected a path from the root on, without ..',
		],
		['user --name=a --gecos=a:b', '1:15: user --gecos is with a colon, expected a name without'],
		[
			'sshkey --username=root "ssh-ed25519 AAAA"',
			'1:24: sshkey is "ssh-ed25519 AAAA", expected a public key such as "ssh-ed25519 AAAA… name"',
		],
		[
			'sshkey --username=b "x"',
			'1:8: sshkey --username is "b", expected root, or a user that a line makes',
		],
		[
			'sshkey --username=root ssh-ed25519 AAAA',
			'1:36: sshkey is 2 words beside options, expected one key in quotes',
		],
	];
	for (const [text, ...mistakes] of lines) {
		const found = said({...read(text), warnings: [], notes: []});
		const expected = mistakes.map((mistake) => `a.ks:${mistake}`);
		assert.equal(
			found.filter((line) => expected.includes(line)),
			expected,
			`${text}: ${found}`,
		);
		assert.not.match(found.join(), 'hunter2');
	}
});

test.run();
