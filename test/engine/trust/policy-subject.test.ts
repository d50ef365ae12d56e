import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseReference} from '../../../engine/oci/reference.ts';
import {formatSubject, type PolicySubject, scopesOf} from '../../../engine/trust/policy-subject.ts';

const test = suite('image that a policy is asked about');
const digest = `sha256:${'ab'.repeat(32)}`;
const id = 'cd'.repeat(32);
const docker = (text: string): PolicySubject => ({
	transport: 'docker',
	reference: parseReference(text),
});
const stored = (text: string | undefined, imageId?: string): PolicySubject => ({
	transport: 'containers-storage',
	store: {driver: 'overlay', root: '/s'},
	reference: text === undefined ? undefined : parseReference(text),
	imageId,
});

const cases: readonly (readonly [subject: PolicySubject, name: string, scopes: string[]])[] = [
	[
		docker('a.b.example.com:5000/ns/app:1.2'),
		'a.b.example.com:5000/ns/app:1.2',
		[
			'a.b.example.com:5000/ns/app:1.2',
			'a.b.example.com:5000/ns/app',
			'a.b.example.com:5000/ns',
			'a.b.example.com:5000',
			'*.b.example.com',
			'*.example.com',
			'*.com',
		],
	],
	[
		docker('docker.io/debian'),
		'docker.io/library/debian:latest',
		[
			'docker.io/library/debian:latest',
			'docker.io/library/debian',
			'docker.io/library',
			'docker.io',
			'*.io',
		],
	],
	[
		docker(`a.com/x@${digest}`),
		`a.com/x@${digest}`,
		[`a.com/x@${digest}`, 'a.com/x', 'a.com', '*.com'],
	],
	[
		docker(`a.com/x:1@${digest}`),
		`a.com/x:1@${digest}`,
		[`a.com/x@${digest}`, 'a.com/x', 'a.com', '*.com'],
	],
	[
		docker('localhost:5000/x:1'),
		'localhost:5000/x:1',
		['localhost:5000/x:1', 'localhost:5000/x', 'localhost:5000'],
	],
	[
		docker('[fd00::1]:5000/x:1'),
		'[fd00::1]:5000/x:1',
		['[fd00::1]:5000/x:1', '[fd00::1]:5000/x', '[fd00::1]:5000'],
	],
	[
		{transport: 'oci', path: '/srv/images/myos'},
		'oci:/srv/images/myos',
		['/srv/images/myos', '/srv/images', '/srv'],
	],
	[{transport: 'oci-archive', path: '/a.tar'}, 'oci-archive:/a.tar', ['/a.tar']],
	[{transport: 'docker-archive', path: '/srv/a.tar'}, 'docker-archive:/srv/a.tar', []],
	[
		stored('localhost/myos:1', id),
		'containers-storage:localhost/myos:1',
		[
			`[overlay@/s]localhost/myos:1@${id}`,
			'[overlay@/s]localhost/myos:1',
			'[overlay@/s]localhost/myos',
			'[overlay@/s]localhost',
			'[overlay@/s]',
			'[/s]',
		],
	],
	[
		stored('a.com/x'),
		'containers-storage:a.com/x:latest',
		[
			'[overlay@/s]a.com/x:latest',
			'[overlay@/s]a.com/x',
			'[overlay@/s]a.com',
			'[overlay@/s]',
			'[/s]',
		],
	],
	[
		stored(undefined, id),
		`containers-storage:${id}`,
		[`[overlay@/s]@${id}`, '[overlay@/s]', '[/s]'],
	],
];
test('has a name, and scopes from the most exact to the widest', () => {
	for (const [subject, name, scopes] of cases) {
		assert.is(formatSubject(subject), name);
		assert.equal(scopesOf(subject), scopes, name);
	}
});

test.run();
