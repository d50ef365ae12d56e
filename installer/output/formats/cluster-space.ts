import {clusterSize} from '../disk-clusters.ts';

/** Gives out the clusters of a qcow2 file and counts how many things lie in each. */
export class ClusterSpace {
	#counts = new Uint16Array(1024);
	#length = 0;
	/** Where the last packed piece ends. */
	#packedEnd = 0;

	/** In clusters. */
	get length(): number {
		return this.#length;
	}

	/** References to each cluster, in order. */
	get counts(): Uint16Array {
		return this.#counts.subarray(0, this.#length);
	}

	/** Where clusters for one thing alone begin. */
	takeWhole(count = 1): number {
		const start = this.#length * clusterSize;
		for (let taken = 0; taken < count; taken++) this.#refer(this.#length);
		return start;
	}

	/**
	 * Where a piece smaller than a cluster goes: behind the one before if it fits there, or the file ends there, since
	 * it may reach into the next cluster.
	 */
	takePacked(size: number): number {
		const room = -this.#packedEnd & (clusterSize - 1);
		const isAtEnd = this.#packedEnd + room === this.#length * clusterSize;
		if (size > room && !isAtEnd) this.#packedEnd = this.#length * clusterSize;
		const start = this.#packedEnd;
		this.#packedEnd += size;
		const last = clusterOf(this.#packedEnd - 1);
		for (let cluster = clusterOf(start); cluster <= last; cluster++) this.#refer(cluster);
		return start;
	}

	#refer(cluster: number): void {
		if (cluster === this.#counts.length) {
			const larger = new Uint16Array(cluster * 2);
			larger.set(this.#counts);
			this.#counts = larger;
		}
		this.#counts[cluster] = (this.#counts[cluster] ?? 0) + 1;
		this.#length = Math.max(this.#length, cluster + 1);
	}
}

function clusterOf(position: number): number {
	return Math.floor(position / clusterSize);
}
