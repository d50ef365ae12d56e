import {createHash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseOrigin} from '../../../engine/deployment/origin.ts';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import type {DiskRoot} from '../../../installer/verify/disk-root.ts';
import {findLayers, wrongLayers} from '../../../installer/verify/layers.ts';
import {sampleDeployment} from '../../engine/deployment/samples.ts';
import {directory} from '../../engine/source/trees.ts';
import {sealRecord, u32, u64} from '../../engine/store/record-bytes.ts';

const test = suite('layers on a disk');

const content = Buffer.alloc(5000, 'content');
const object = verityDigest(content, 'sha256');
const [head, small] = [Buffer.alloc(512, 'head'), Buffer.from('small')];
const tar = Buffer.concat([head, content, small, head]);
const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}` as const;
const raw = (bytes: Buffer) => Buffer.concat([Buffer.from([1]), u32(bytes.length), bytes]);
const body = Buffer.concat([
	raw(head),
	...[Buffer.from([3]), u64(BigInt(content.length)), Buffer.from(object, 'hex')],
	...[Buffer.from([2, small.length]), small],
	raw(head),
]);
const record = sealRecord(diffId, body);

/** A root with some files, and a deployment of this layer. */
function rootWith(files: Readonly<Record<string, Buffer>>): DiskRoot {
	return {
		contents: {nodes: new Map(), lostInodes: [], uuid: '', size: 0, stretches: () => []},
		read: (path) => files[path],
		*pieces(path) {
			if (files[path] !== undefined) yield files[path];
		},
	};
}

const {origin, id} = sampleDeployment(1, {layers: [diffId, diffId]});
const deployment = {
	...{id, origin: parseOrigin(JSON.stringify(origin), 'origin'), originText: ''},
	...{imageDigest: '', imageSize: 0, tree: directory()},
};
const recordPlace = `composefs/layers/${diffId}`;
const objectPlace = `composefs/objects/${object.slice(0, 2)}/${object.slice(2)}`;

test('have records that name their objects, and that make them again', () => {
	const root = rootWith({[recordPlace]: record, [objectPlace]: content});
	const {layers, findings} = findLayers(root, [deployment]);
	assert.equal(findings, []);
	assert.equal(layers, [
		{diffId, recordSize: record.length, objects: new Map([[object, content.length]])},
	]);
	assert.equal(wrongLayers(root, layers), []);
});

test('are found to be others by their diff ID, whatever their record says of itself', () => {
	const other = sealRecord(diffId, Buffer.concat([raw(Buffer.from('hidden')), body]));
	const root = rootWith({[recordPlace]: other, [objectPlace]: content});
	const {layers} = findLayers(root, [deployment]);
	assert.equal(wrongLayers(root, layers), [
		{kind: 'changed', path: recordPlace, problem: 'does not make the layer that it is named by'},
	]);
});

test('are missing, or have damaged records', () => {
	assert.equal(
		findLayers(rootWith({}), [deployment]).findings.map(({kind, path}) => [kind, path]),
		[['missing', recordPlace]],
	);
	const cut = rootWith({[recordPlace]: record.subarray(0, 100)});
	const [found] = findLayers(cut, [deployment]).findings;
	assert.is(found?.kind, 'damaged');
	assert.match(found?.problem ?? '', /^the record of layer \S+ is damaged: it is cut off$/);
});

test.run();
