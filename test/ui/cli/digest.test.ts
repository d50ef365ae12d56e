import {spawnSync} from 'node:child_process';
import {
	linkSync,
	lutimesSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostPlatform} from '../../../engine/oci/platform.ts';
import {parseTreeSource, treeSourceSyntax} from '../../../ui/cli/tree-source.ts';
import {Blobs, layoutFiles, writeFiles} from '../../engine/oci/image-builder.ts';
import {slipway} from './run-program.ts';

const test = suite('digest');

const layout = path.join(import.meta.dirname, '../../fixtures/oci/tiny');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-digest-'));
test.after(() => rmSync(folder, {recursive: true}));

test('reads sources as skopeo writes them', () => {
	const cases: [string, ReturnType<typeof parseTreeSource>][] = [
		['/', {kind: 'running-root'}],
		['//', {kind: 'running-root'}],
		['./rootfs', {kind: 'folder', path: './rootfs'}],
		['/a:b', {kind: 'folder', path: '/a:b'}],
		['oci:./layout', {kind: 'layout', path: './layout', name: undefined}],
		['oci:/l:v1', {kind: 'layout', path: '/l', name: 'v1'}],
		['oci-archive:a.tar', {kind: 'archive', path: 'a.tar', name: undefined}],
		['docker-archive:a.tar:h/n:t', {kind: 'archive', path: 'a.tar', name: 'h/n:t'}],
	];
	for (const [text, source] of cases) assert.equal(parseTreeSource(text), source, text);
});

/** Among others two names of one inode, which mkcomposefs takes for two when it reads a folder. */
function makeFolder(): void {
	writeFileSync(path.join(folder, 'large'), 'x'.repeat(5000), {mode: 0o644});
	linkSync(path.join(folder, 'large'), path.join(folder, 'linked'));
	mkdirSync(path.join(folder, 'below'), {mode: 0o755});
	writeFileSync(path.join(folder, 'below/small'), 'small', {mode: 0o600});
	symlinkSync('below/small', path.join(folder, 'link'));
	for (const name of ['large', 'link', 'below/small', 'below', ''])
		lutimesSync(path.join(folder, name), 1_700_000_000, 1_700_000_000);
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('skipped: the known digest is of files that root owns');
(isRoot ? test : test.skip)('prints what mkcomposefs 1.0.8 prints for a folder', () => {
	makeFolder();
	assert.equal(slipway(['digest', '--quiet', folder]), {
		status: 0,
		stdout: 'f2724b50bc5a9cdd31774e8333e9678072ac4f8a2a5b72e9a8aeac1301403cd1\n',
		stderr: '',
	});
});

test('prints the digest of an image in the algorithm asked for', () => {
	const {status, stdout} = slipway(['digest', `oci:${layout}:single`]);
	assert.equal(
		[status, stdout],
		[0, '4b44ea9996dfbc48dbe352517d01f9e71b57c8e1a019bb9042fcf7f4031814ee\n'],
	);
	const json = slipway(['digest', '--json', '--algorithm=sha512', `oci:${layout}:single`]);
	assert.equal(JSON.parse(json.stdout), {
		version: 1,
		digest:
			'2f189411db34a4bb60b329243e14f4d24fb66b9230f70f3f5fc847e4e584d89f2e52bbba4e4653446c8dca36343b537f7fb8f3b61c8e7bc4e6defe5e25d3656b',
		algorithm: 'sha512',
		boot: false,
		size: 16_384,
	});
});

/** A root file system with an SELinux policy, whose contents its labels depend on. */
function makeRoot(root: string): void {
	const policy = 'etc/selinux/targeted/contexts/files/file_contexts';
	const contexts = `${'# comment\n'.repeat(20)}/etc(/.*)?\tsystem_u:object_r:etc_t:s0\n`;
	const files = new Map([
		['etc/selinux/config', Buffer.from(`${'# comment\n'.repeat(20)}SELINUXTYPE=targeted\n`)],
		[policy, Buffer.from(contexts)],
		['boot/vmlinuz', Buffer.from('left behind by the package manager')],
		['usr/large', Buffer.alloc(10_000, 'x')],
	]);
	writeFiles(root, files);
	for (const name of ['sysroot', 'run', 'run/lock']) mkdirSync(path.join(root, name));
}

(isRoot ? test : test.skip)('gives a folder and its layers one deployment digest', () => {
	const root = path.join(folder, 'root');
	makeRoot(root);
	const tar = spawnSync('tar', ['--format=posix', '-C', root, '-c', '.'], {
		maxBuffer: 1 << 24,
	}).stdout;
	const {architecture} = hostPlatform();
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [{tar}], architecture});
	const images = writeFiles(path.join(folder, 'layout'), layoutFiles(blobs, [image]));
	const [ofFolder, ofLayers, ofLayersPlain] = [
		['--boot', root],
		['--boot', `oci:${images}`],
		[`oci:${images}`],
	].map((words) => slipway(['digest', '--quiet', ...words]));
	assert.match(ofFolder?.stdout ?? '', /^[0-9a-f]{64}\n$/);
	assert.equal(ofLayers, ofFolder);
	assert.is.not(ofLayersPlain?.stdout, ofLayers?.stdout);
});

test('writes its progress to the descriptor asked for and results alone to standard output', () => {
	const {status, stdout, stderr} = slipway([
		'digest',
		'--quiet',
		'--progress-fd=2',
		`oci:${layout}:single`,
	]);
	assert.equal([status, stdout.length], [0, 65]);
	const events = stderr
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
	assert.equal(events[0], {
		type: 'step',
		step: 'layers',
		title: 'Reading the image',
		total: 408,
		unit: 'bytes',
	});
	assert.equal(events.at(-1), {type: 'done', step: 'layers'});
});

test('refuses a descriptor that is not open, and an image that is not there', () => {
	assert.equal(slipway(['digest', '--progress-fd=99', folder]), {
		status: 2,
		stdout: '',
		stderr:
			'slipway: --progress-fd 99 is not an open file descriptor\n  hint: Open it for the program, in a shell for example with 99>progress.jsonl\n',
	});
	assert.equal(slipway(['digest', `oci:${layout}:v9`]), {
		status: 3,
		stdout: '',
		stderr: `slipway: oci:${layout} has no image v9\n  hint: It has: single, multi.\n`,
	});
});

test('says what to give for a folder that is not there, or the name of an image', () => {
	const image =
		'An image is read from a folder or file: skopeo copy docker://IMAGE oci:FOLDER, then give oci:FOLDER.';
	const cases: readonly (readonly [source: string, hint: string])[] = [
		['docker://registry.example.com/myos', image],
		['registry.example.com/myos:1', image],
		[path.join(folder, 'nothing'), `Give ${treeSourceSyntax.replace(/^A/, 'a')}`],
	];
	for (const [source, hint] of cases)
		assert.equal(slipway(['digest', source]), {
			status: 1,
			stdout: '',
			stderr: `slipway: there is no folder ${source}\n  hint: ${hint}\n`,
		});
});

test.run();
