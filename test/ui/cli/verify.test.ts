import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore} from '../../../engine/store/store.ts';
import {sampleDeployment} from '../../engine/deployment/samples.ts';
import {makeFolder, unsyncedSystem, writeTree} from '../../engine/store/fixture.ts';
import {slipway} from './run-program.ts';

const test = suite('verify');

const root = mkdtempSync(path.join(tmpdir(), 'slipway-verify-'));
const source = makeFolder();
test.after(() => {
	rmSync(root, {recursive: true});
	rmSync(source, {recursive: true});
});

/** A physical root with one deployment of an image of two objects. */
async function makePhysicalRoot(): Promise<{objects: string[]}> {
	writeTree(source, {a: 'a'.repeat(1000), 'below/b': 'b'.repeat(9000), small: 'small'});
	const store = createStore(unsyncedSystem, path.join(root, 'composefs'));
	await using writer = await store.write();
	const tree = await importDirectory(unsyncedSystem, writer, source);
	const digest = writer.addImage(writeImage(tree.root, {flavour: 'rs', version: 1}));
	await writer.commit();
	const imageVerity = {algorithm: 'sha256', digest} as const;
	await writeOrigin(root, sampleDeployment(1, {imageVerity}));
	const objects = tree.files.flatMap(({inode}) => inode.verityDigest ?? []);
	return {objects: objects.map((object) => store.objectPath(object)).sort()};
}

const {objects} = await makePhysicalRoot();
/** Whether the file system of the tests has fs-verity is not what is tested. */
const withoutVerity = /^\d files? without fs-verity\n/m;

test('finds nothing wrong in a store that is whole', () => {
	const {status, stdout, stderr} = slipway(['verify', '--quiet', root]);
	assert.equal(
		[status, stdout.replace(withoutVerity, ''), stderr],
		[0, 'all is as it should be: 2 objects and 1 image, 34 KiB\n', ''],
	);
});

test('names what is damaged or missing, and the deployments that use it', () => {
	const [damaged = '', missing = ''] = objects;
	const bytes = readFileSync(damaged);
	chmodSync(damaged, 0o644);
	writeFileSync(damaged, Buffer.from(bytes).fill('x', 10, 11));
	const kept = readFileSync(missing);
	rmSync(missing);
	const {status, stdout} = slipway(['verify', '--quiet', root]);
	assert.equal(
		[status, stdout.replace(withoutVerity, '')],
		[
			4,
			`damaged object: ${damaged}
  used by deployment 3f2a9c1b4d5e.1
missing object: ${missing}
  used by deployment 3f2a9c1b4d5e.1
2 problems in 1 object and 1 image, 33 KiB
`,
		],
	);
	const json = JSON.parse(slipway(['verify', '--quiet', '--json', root]).stdout);
	assert.equal(
		[json.version, json.objects, json.images, json.problems[0].kind, json.problems[0].path],
		[1, 1, 1, 'damaged', damaged],
	);
	writeFileSync(damaged, bytes);
	writeFileSync(missing, kept);
});

test('names a deployment whose origin it cannot read', () => {
	const folder = path.join(root, 'state/deploy/3f2a9c1b4d5e.2');
	mkdirSync(folder, {recursive: true});
	writeFileSync(path.join(folder, 'origin.json'), '{');
	const {status, stdout} = slipway(['verify', '--quiet', root]);
	assert.is(status, 4);
	assert.match(stdout, 'unreadable deployment: 3f2a9c1b4d5e.2\n');
	assert.match(stdout, `${folder}/origin.json`);
	assert.match(stdout, /^1 problem in 2 objects and 1 image, 34 KiB$/m);
	rmSync(folder, {recursive: true});
});

test('names layers that would be fetched again, and calls a damaged record a problem', async () => {
	const [incomplete, damaged] = ['01', '02'].map((byte) => `sha256:${byte.repeat(32)}` as const);
	const store = createStore(unsyncedSystem, path.join(root, 'composefs'));
	{
		await using writer = await store.write();
		for (const [index, diffId] of [incomplete, damaged].entries()) {
			const recording = writer.recordLayer(diffId ?? 'sha256:');
			const target = recording.sink.begin(500);
			await target.write(Buffer.alloc(500, index));
			await target.end();
			recording.end();
		}
		await writer.commit();
	}
	const object = verityDigest(Buffer.alloc(500, 0), 'sha256');
	rmSync(store.objectPath(object));
	const layers = path.join(root, 'composefs/layers');
	const first = slipway(['verify', '--quiet', root]);
	assert.equal(
		[first.status, first.stdout.replace(withoutVerity, '')],
		[
			0,
			`incomplete layer record: ${layers}/${incomplete}
  1 object missing; the layer is fetched again when an image has it
all is as it should be: 3 objects, 2 layer records and 1 image, 34 KiB
`,
		],
	);
	writeFileSync(`${layers}/${damaged}`, 'x');
	const second = slipway(['verify', '--quiet', root]);
	assert.is(second.status, 4);
	assert.match(
		second.stdout,
		`damaged layer record: ${layers}/${damaged}
  the layer is fetched again when an image has it
`,
	);
	assert.match(second.stdout, /^1 problem in 3 objects, 2 layer records and 1 image, 34 KiB$/m);
	rmSync(layers, {recursive: true});
});

test('says what it needs where there is no store', () => {
	const {status, stdout, stderr} = slipway(['verify', source]);
	assert.equal([status, stdout], [1, '']);
	assert.match(stderr, /^slipway: .* holds no object store\n {2}hint: /);
});

test('leaves garbage to be collected on a machine of its own', () => {
	assert.equal(slipway(['gc', '--dry-run']), {
		status: 3,
		stdout: '',
		stderr:
			'slipway: this is not a machine that slipway installed\n  hint: Run it on the machine itself; see slipway status.\n',
	});
});

test.run();
