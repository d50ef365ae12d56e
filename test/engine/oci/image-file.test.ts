import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {parseImageFile} from '../../../engine/oci/image-file.ts';

const test = suite('image file name');
const tiny = path.resolve(import.meta.dirname, '../../fixtures/oci/tiny');
const platform = {os: 'linux', architecture: 'amd64'};

test('gives a source for each transport', () => {
	assert.equal(
		[
			'oci:dir',
			'oci:dir:tag',
			'oci-archive:a.tar',
			'docker-archive:/a.tar:example.com:5000/x:1',
		].map((text) => parseImageFile(text)?.name),
		['oci:dir', 'oci:dir', 'archive:a.tar', 'archive:/a.tar'],
	);
});

test('takes a reference, which may have colons itself', async () => {
	const digest = 'sha256:ef616bcf67205d9fb293c9f29bde0af8778fa10047cd12ea8e8853aa5e373f52';
	const image = await parseImageFile(`oci:${tiny}:${digest}`)?.open(platform);
	assert.is(image?.top?.digest, digest);
});

test('is told apart from references and paths', () => {
	for (const text of ['registry.example.com/a', 'docker://a.b/c', 'oci', './oci:x', 'toString:x'])
		assert.is(parseImageFile(text), undefined, text);
	assert.throws(
		() => parseImageFile('oci-archive:'),
		(error: unknown) =>
			error instanceof UsageError && error.message === '"oci-archive:" names no file',
	);
});

test.run();
