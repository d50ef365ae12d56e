import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {formatReference, isPullable, parseReference} from '../../../engine/oci/reference.ts';

const test = suite('image reference');
const hex = 'ab'.repeat(32);

const valid: [text: string, full: string][] = [
	['registry.example.com/myos', 'registry.example.com/myos:latest'],
	['registry.example.com:5000/team/my-os_x:v1.2', 'registry.example.com:5000/team/my-os_x:v1.2'],
	[`quay.io/a/b@sha256:${hex}`, `quay.io/a/b@sha256:${hex}`],
	[`quay.io/a/b:tag@sha256:${hex}`, `quay.io/a/b:tag@sha256:${hex}`],
	[`quay.io/a@sha512:${hex}${hex}`, `quay.io/a@sha512:${hex}${hex}`],
	['docker://docker.io/debian:13', 'docker.io/library/debian:13'],
	['index.docker.io/debian', 'docker.io/library/debian:latest'],
	['docker.io/team/image', 'docker.io/team/image:latest'],
	['localhost/myos', 'localhost/myos:latest'],
	['localhost:5000/a__b/c--d', 'localhost:5000/a__b/c--d:latest'],
	['[fd00::1]:5000/a', '[fd00::1]:5000/a:latest'],
];
test('is read and written in full', () => {
	for (const [text, full] of valid) {
		assert.is(formatReference(parseReference(text)), full);
		assert.is(formatReference(parseReference(full)), full);
	}
});

const invalid: [text: string, problem: string][] = [
	['debian', 'it names no registry'],
	['team/image:1', 'it names no registry'],
	['', 'it names no registry'],
	['-bad.example.com/a', '"-bad.example.com" is not a host name'],
	['exa mple.com/a', '"exa mple.com" is not a host name'],
	['example.com:port/a', '"example.com:port" is not a host name'],
	['example.com/Upper', '"Upper" is not a repository path'],
	['example.com/a//b', '"a//b" is not a repository path'],
	['example.com/../b', '"../b" is not a repository path'],
	['example.com/', '"" is not a repository path'],
	[`example.com/${'a'.repeat(256)}`, 'is not a repository path'],
	['example.com/a:', '"" is not a tag'],
	['example.com/a:b:c', '"b:c" is not a tag'],
	[`example.com/a:${'t'.repeat(129)}`, 'is not a tag'],
	['example.com/a@sha256:short', 'its digest is not sha256:'],
	[`example.com/a@sha256:${hex.toUpperCase()}`, 'its digest is not sha256:'],
	[`example.com/a@sha256:${hex}@sha256:${hex}`, 'its digest is not sha256:'],
];
test('is refused with what is wrong with it', () => {
	for (const [text, problem] of invalid)
		assert.throws(
			() => parseReference(text),
			(error: unknown) => error instanceof UsageError && error.message.includes(problem),
			text,
		);
});

test('is told apart from one that no other machine can pull', () => {
	const answers = [
		'localhost/a',
		'localhost:5000/a',
		'127.0.0.1:5000/a',
		'[::1]:5000/a',
		'x.localhost/a',
	];
	assert.equal(
		answers.map((text) => isPullable(parseReference(text))),
		answers.map(() => false),
	);
	assert.ok(isPullable(parseReference('registry.example.com/a')));
	assert.ok(isPullable(parseReference('127.example.com/a')));
});

test.run();
