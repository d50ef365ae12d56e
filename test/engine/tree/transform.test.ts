import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {Refused} from '../../../engine/errors.ts';
import {
	copyTree,
	deploymentImage,
	transformForBoot,
	transformForOci,
} from '../../../engine/tree/transform.ts';
import type {Directory, RegularFile} from '../../../engine/tree/tree.ts';

const test = suite('transforms');

function tree(...lines: string[]): Directory {
	return parseDump(Buffer.from(lines.map((line) => `${line}\n`).join('')));
}

function lines(root: Directory): string[] {
	return [...formatDump(root)].map((line) => line.trimEnd());
}

function noContent(file: RegularFile): Buffer {
	throw new Error(`read a file of ${file.size} bytes`);
}

const image = [
	'/ 0 40555 6 7 7 0 0.0 - - - user.root=1',
	'/boot 0 40700 3 1 2 0 5.6 - - -',
	'/boot/vmlinuz 3 100644 1 0 0 0 1.0 - abc -',
	'/etc 0 40755 2 0 0 0 3.0 - - -',
	'/etc/hosts 0 100644 1 0 0 0 1.0 - - -',
	'/run 0 41777 3 3 4 0 9.9 - - -',
	'/run/lock 0 40755 2 0 0 0 1.0 - - -',
	'/run/lock/f 0 @100755 - - - - 0.0 /usr/f - -',
	'/sysroot 0 40755 3 0 0 0 7.8 - - -',
	'/sysroot/x 0 40755 2 0 0 0 1.0 - - -',
	'/usr 0 40755 2 1 2 0 100.25 - - - security.capability=cap trusted.x=1 user.usr=1',
	'/usr/f 0 100755 2 0 0 0 1.0 - - - security.capability=cap security.selinux=label user.a=1',
	'/usr/g 0 100755 1 0 0 0 1.0 - - - security.selinux=label',
	'/var 0 40755 2 0 0 0 4.0 - - -',
];

test('for OCI: the root is as /usr is, /run is empty, and only capabilities are kept', () => {
	const root = tree(...image);
	transformForOci(root);
	assert.equal(lines(copyTree(root)), [
		'/ 0 40755 8 1 2 0 100.25 - - - security.capability=cap',
		'/boot 0 40700 2 1 2 0 5.6 - - -',
		'/boot/vmlinuz 3 100644 1 0 0 0 1.0 - abc -',
		'/etc 0 40755 2 0 0 0 3.0 - - -',
		'/etc/hosts 0 100644 1 0 0 0 1.0 - - -',
		'/run 0 41777 2 3 4 0 100.25 - - -',
		'/sysroot 0 40755 3 0 0 0 7.8 - - -',
		'/sysroot/x 0 40755 2 0 0 0 1.0 - - -',
		'/usr 0 40755 2 1 2 0 100.25 - - - security.capability=cap',
		'/usr/f 0 100755 1 0 0 0 1.0 - - - security.capability=cap',
		'/usr/g 0 100755 1 0 0 0 1.0 - - -',
		'/var 0 40755 2 0 0 0 4.0 - - -',
	]);
});

test('for OCI: leaves a /run that is no directory as it is', () => {
	const root = tree(
		'/ 0 40755 3 0 0 0 1.0',
		'/run 3 120777 1 0 0 0 1.0 var - -',
		'/usr 0 40755 2 0 0 0 5.0',
	);
	transformForOci(root);
	assert.equal(lines(root), [
		'/ 0 40755 3 0 0 0 5.0 - - -',
		'/run 3 120777 1 0 0 0 1.0 var - -',
		'/usr 0 40755 2 0 0 0 5.0 - - -',
	]);
});

test('for boot: /boot and /sysroot are empty, with the seconds of /usr and their own nanoseconds', async () => {
	const root = tree(...image);
	await transformForBoot(root, noContent);
	assert.equal(lines(copyTree(root)), [
		'/ 0 40555 8 7 7 0 0.0 - - - user.root=1',
		'/boot 0 40700 2 1 2 0 100.6 - - -',
		'/etc 0 40755 2 0 0 0 3.0 - - -',
		'/etc/hosts 0 100644 1 0 0 0 1.0 - - -',
		'/run 0 41777 3 3 4 0 9.9 - - -',
		'/run/lock 0 40755 2 0 0 0 1.0 - - -',
		'/run/lock/f 0 100755 2 0 0 0 1.0 - - - security.capability=cap user.a=1',
		'/sysroot 0 40755 2 0 0 0 100.8 - - -',
		'/usr 0 40755 2 1 2 0 100.25 - - - security.capability=cap trusted.x=1 user.usr=1',
		'/usr/f 0 @100755 - - - - 0.0 /run/lock/f - -',
		'/usr/g 0 100755 1 0 0 0 1.0 - - -',
		'/var 0 40755 2 0 0 0 4.0 - - -',
	]);
});

test('a deployment image is that of both transforms, by the rules of composefs-rs', async () => {
	const root = tree(...image);
	const expected = tree(...image);
	transformForOci(expected);
	await transformForBoot(expected, noContent);
	const bytes = writeImage(copyTree(expected), {flavour: 'rs', version: 1});
	for (const algorithm of ['sha256', 'sha512'] as const) {
		const made = await deploymentImage(root, algorithm, noContent);
		assert.equal(made.bytes, bytes);
		assert.is(made.verityDigest, verityDigest(bytes, algorithm));
	}
	assert.equal(lines(root), lines(tree(...image)), 'the tree that was given is as it was');
});

test('a deployment image is labelled by the policy in it, read as files of the given tree', async () => {
	const config = 'SELINUXTYPE=targeted\n';
	const contexts = '/usr(/.*)? system_u:object_r:usr_t:s0\n'.padEnd(100, '#');
	const root = tree(
		...image,
		`/etc/selinux 0 40755 2 0 0 0 1.0`,
		`/etc/selinux/config ${config.length} 100644 1 0 0 0 1.0 - ${config.replace('\n', '\\n')} -`,
		'/etc/selinux/targeted 0 40755 2 0 0 0 1.0',
		'/etc/selinux/targeted/contexts 0 40755 2 0 0 0 1.0',
		'/etc/selinux/targeted/contexts/files 0 40755 2 0 0 0 1.0',
		`/etc/selinux/targeted/contexts/files/file_contexts 100 100644 1 0 0 0 1.0 - - ${'ab'.repeat(32)}`,
	);
	const asked: RegularFile[] = [];
	const {bytes} = await deploymentImage(root, 'sha256', async (file) => {
		asked.push(file);
		return Buffer.from(contexts);
	});
	const labelled = lines(readImage(bytes).root).filter((line) => line.includes('security.selinux'));
	assert.equal(
		labelled.map((line) => line.split(' ')[0]),
		['/usr', '/usr/f', '/usr/g'],
	);
	assert.is(asked.length, 1);
	let folder: Directory = root;
	for (const name of ['etc', 'selinux', 'targeted', 'contexts', 'files']) {
		const child = folder.children.get(name);
		assert.ok(child?.type === 'directory');
		folder = child;
	}
	assert.is(asked[0], folder.children.get('file_contexts'));
});

for (const name of ['usr', 'boot', 'sysroot']) {
	test(`refuses an image without a directory /${name}`, async () => {
		const present = ['usr', 'boot', 'sysroot'].filter((other) => other !== name);
		const directories = present.map((other) => `/${other} 0 40755 2 0 0 0 1.0`);
		for (const [more, message] of [
			[[], `the image has no /${name}`],
			[
				[`/${name} 1 120777 1 0 0 0 1.0 x - -`],
				`the image has a symlink and no directory /${name}`,
			],
		] as const) {
			const root = tree('/ 0 40755 2 0 0 0 1.0', ...directories, ...more);
			try {
				await deploymentImage(root, 'sha256', noContent);
			} catch (error) {
				assert.instance(error, Refused);
				assert.is((error as Refused).code, `no-${name}`);
				assert.is((error as Refused).message, message);
				continue;
			}
			assert.unreachable('was not refused');
		}
	});
}

test('a copy shares no inode with its tree, and keeps hard links', () => {
	const root = tree(
		'/ 0 40755 2 0 0 0 1.0',
		'/a 0 100644 2 0 0 0 1.0 - - - user.x=1',
		'/b 0 @100644 - - - - 0.0 /a - -',
	);
	const copy = copyTree(root);
	assert.equal(lines(copy), lines(root));
	assert.is(copy.children.get('a'), copy.children.get('b'));
	assert.is.not(copy.children.get('a'), root.children.get('a'));
	assert.not('recorded' in (copy.children.get('a') ?? {}));
});

test.run();
