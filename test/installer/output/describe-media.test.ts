import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {descriptionsOf} from '../../../installer/output/describe-disk.ts';
import {describeMedium, type MediumImage} from '../../../installer/output/describe-media.ts';
import {OutputFiles} from '../../../installer/output/output-files.ts';

const test = suite('what describes a live medium');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-media-'));
test.after(() => rmSync(folder, {recursive: true}));

const root = path.join(folder, 'root');
mkdirSync(path.join(root, 'usr/lib'), {recursive: true});
writeFileSync(path.join(root, 'usr/lib/os-release'), 'PRETTY_NAME="My OS"\nIMAGE_VERSION=7\n');
const image: MediumImage = {
	view: new ImageRoot(root),
	environment: `image="registry.example.com/myos:1"\nimageid="${'a'.repeat(64)}"\n`,
	files: {imageSettings: undefined},
};
const out = path.join(folder, 'out');
mkdirSync(out);

test('is the size and digest of each file, its image, and what it does, without a password', async () => {
	const signal = new AbortController().signal;
	const contents = {'myos.iso': Buffer.alloc(3_000_000, 'x'), other: Buffer.from('')};
	const events: ProgressEvent[] = [];
	await using outputs = new OutputFiles();
	const files = [];
	for (const [name, content] of Object.entries(contents)) {
		const file = await outputs.add(path.join(out, name));
		await file.handle.writeFile(content);
		files.push(file);
	}
	const place = path.join(out, 'myos.iso');
	const medium = {
		...{format: 'iso', place, files, image, time: new Date(0)},
		kernelArguments: ['quiet', 'slipway.config=https://me:secret@example.com/a.toml?token=secret'],
		effect: 'asks',
	};
	await describeMedium(medium, outputs, (event) => events.push(event), signal);
	await outputs.putInPlace();
	const [sbom, manifest] = descriptionsOf(place);
	const found = ['myos.iso', 'myos.iso.manifest.json', 'myos.iso.spdx.json', 'other'];
	assert.equal(readdirSync(out).sort(), found);
	const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
	assert.equal(JSON.parse(readFileSync(manifest, 'utf8')), {
		version: 1,
		slipwayVersion: JSON.parse(readFileSync('package.json', 'utf8')).version,
		format: 'iso',
		image: {
			reference: 'registry.example.com/myos:1',
			configDigest: `sha256:${'a'.repeat(64)}`,
		},
		kernelArguments: ['quiet', 'slipway.config=https://example.com/a.toml'],
		effect: 'asks',
		outputs: Object.entries(contents).map(([file, bytes]) => ({
			...{file, size: bytes.length, sha256: sha256(bytes)},
		})),
	});
	const {documentNamespace, packages} = JSON.parse(readFileSync(sbom, 'utf8'));
	const all = Object.values(contents).map(sha256).join('\n');
	assert.match(documentNamespace, sha256(Buffer.from(all)));
	assert.equal([packages[0].name, packages[0].versionInfo], ['registry.example.com/myos:1', '7']);
	assert.equal(
		[events.at(0)?.type, events.at(-1)?.type, events.some(({type}) => type === 'advance')],
		['step', 'done', false],
	);
});

test.run();
